# Notices about the previous request, shown on the next page.

notice-name-changed = Your name has been changed.
notice-signed-out = You’re signed out.
notice-session-ended = The device has been signed out.
notice-others-ended = All other devices have been signed out.
notice-all-ended = You’re signed out everywhere.
notice-password-changed = Your password has been changed. You’ve been signed out everywhere else.
notice-password-breached = Your password may be known from a data breach at another site. Change it here, and wherever else you use it.
notice-session-already-ended = The device was already signed out.
notice-not-saved = Your change was not saved because you were no longer signed in. Sign in and make it again.
