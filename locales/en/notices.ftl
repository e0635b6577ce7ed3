# What was done, said on the next page.

notice-name-changed = Your name has been changed.
notice-signed-out = You’re signed out.
notice-session-ended = The device has been signed out.
notice-others-ended = All other devices have been signed out.
notice-all-ended = You’re signed out everywhere.
notice-password-changed = Your password has been changed. You’ve been signed out everywhere else.
notice-session-already-ended = The device was already signed out.
notice-not-saved = You were no longer signed in, so your change was not saved. Sign in, then make it again.
