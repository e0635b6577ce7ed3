sessions-title = Sessions
sessions-text = These browsers and apps are signed in to your account.
sessions-advice = Don’t recognise a device? Sign it out, then change your password.
sessions-this-device = This device
sessions-others = You’re also signed in on { $count ->
    [one] 1 other device
   *[other] { $count-text } other devices
}.
sessions-no-others = You’re not signed in anywhere else.
sessions-end = Sign out device
sessions-end-others = Sign out all other devices
sessions-end-all = Sign out everywhere
sessions-browser = Browser
sessions-browser-on-system = { $browser } on { $system }
sessions-browser-unknown = Unknown browser
sessions-address = IP address
sessions-address-unknown = Unknown
sessions-signed-in = Signed in
sessions-last-seen = Last seen
