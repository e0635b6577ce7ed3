# The labels and errors of fields, in forms and in the API.

label-name = Name
label-email = Email address
label-password = Password
label-current-password = Current password
label-new-password = New password

name-missing = Enter your name.
name-too-long = Enter a name of 100 characters or fewer.
name-forbidden = Enter a name without invisible characters.
email-missing = Enter your email address.
email-too-long = Enter an email address of 254 characters or fewer.
email-malformed = Enter an email address in the correct format, such as name@example.org.
email-taken = There is already an account with this email address. Sign in, or use another address.
password-missing = Enter your password.
password-too-short = Enter a password of { $password-min-length } characters or more.
password-too-long = Enter a password of 256 characters or fewer.
password-forbidden = Remove the control characters, such as tabs or line breaks, from the password.
password-blank = Enter a password that is more than spaces or invisible characters.
password-common = This password is too easy to guess because many people use it, or one like it. Try three unrelated words.
password-personal = This password is too easy to guess because it contains your name, your email address or the name of this site. Try three unrelated words.
password-pattern = This password is too easy to guess because it repeats characters or follows a pattern, such as aaaa, abcd or qwerty. Try three unrelated words.
password-date = This password is too easy to guess because it is little more than a date. Try three unrelated words.
password-word = This password is too easy to guess because it is little more than one word or name. Try three unrelated words.
password-guessable = This password is too easy to guess. Make it longer, or try three unrelated words.
password-breached = This password may be known from a data breach, so it is easy to guess. Try three unrelated words.
password-wrong = Your current password is not correct. Enter it again.
password-same = Enter a password that is different from your current one.
invalid-credentials = The email address or password is not correct. Check both and try again.
too-many-attempts = { $minutes ->
    [one] There were too many attempts to sign in. Wait a minute, then try again.
   *[other] There were too many attempts to sign in. Wait { $minutes } minutes, then try again.
}
too-many-sign-ups = { $minutes ->
    [one] There were too many attempts to create an account from your network. Wait a minute, then try again.
   *[other] There were too many attempts to create an account from your network. Wait { $minutes } minutes, then try again.
}
too-many-passwords = { $minutes ->
    [one] There were too many attempts to change your password. Your password has not been changed. Wait a minute, then try again.
   *[other] There were too many attempts to change your password. Your password has not been changed. Wait { $minutes } minutes, then try again.
}
