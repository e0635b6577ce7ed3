sign-out-title = Sign out?
sign-out-text = You’ll need your password to sign in again on this device.
sign-out-anonymous-title = You’re not signed in
