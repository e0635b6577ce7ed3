change-password-title = Change your password
change-password-text = You’ll stay signed in here and be signed out everywhere else.
change-password-submit = Change password
