password-title = Change your password
password-text = You'll stay signed in here and be signed out everywhere else.
password-submit = Change password
