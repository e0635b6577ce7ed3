sign-up-title = Create account
sign-up-closed-title = New accounts are closed
sign-up-closed-text = Only the people who run this site can create an account. Ask them for one.
