sign-up-title = Create account
sign-up-closed-title = Sign-up is closed
sign-up-closed-text = Ask the people who run this site to create an account for you.
