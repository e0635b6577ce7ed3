# On every page, or shared by several pages.

common-site-name = Vestibule
common-skip = Skip to main content
common-account-menu = Account
common-sign-in = Sign in
common-sign-out = Sign out
common-have-account = Already have an account?
common-start-page = Go to the home page
common-problem = There is a problem
common-error = Error:
common-password-hint = Use at least { $password-min-length } characters. Three unrelated words work well.

# Shown for a moment after the user has followed a link on another site.
common-continue-title = Opening your page
common-continue-text = You followed a link from another site.
common-continue-link = Continue
