home-title = Welcome
home-text = Sign in to continue.
home-text-open = Sign in, or create an account.
