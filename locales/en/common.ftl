# What stands on every page, and words that several pages share.

common-site-name = Vestibule
common-skip = Skip to main content
common-account-menu = Account
common-sign-in = Sign in
common-sign-out = Sign out
common-have-account = Already have an account?
common-start-page = Go to the start page
common-problem = There is a problem
common-error = Error:
common-password-hint = Use at least 8 characters. Three unrelated words work well.

# The page before the one that was asked for, when a link on another site led here.
common-continue-title = Opening your page
common-continue-text = You followed a link from another site.
common-continue-link = Continue
