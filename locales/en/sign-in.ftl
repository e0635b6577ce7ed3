sign-in-title = Sign in
sign-in-remember = Keep me signed in on this device
sign-in-new = New here?
sign-in-cookies-title = Your browser did not keep you signed in
sign-in-cookies-text = Your password is correct, but your browser did not store the cookies that keep you signed in. Allow cookies for this site, then try again. Safari does not store them if the address begins with http://. Use the https:// address, or another browser.
sign-in-check-devices = Sign in and check your devices

# Why a session ended, shown when its browser returns.
ended-signed-out = You signed out.
ended-ended-elsewhere = You were signed out from another of your devices. Sign in to continue.
ended-everywhere = You signed out everywhere. Sign in to continue.
ended-password-changed = You were signed out because your password was changed. Sign in with the new password. If you did not change it, contact the people who run this site.
ended-reuse = We signed you out because an old copy of this session was used. If you copied or restored the profile of this browser, it was you, and nothing is wrong. If not, it may have been someone else: sign in, check your devices, and change your password.
ended-expired = Your session has expired. Sign in to continue.
ended-idle = You were signed out because you had been away for a while. Sign in to continue.
ended-operator = The people who run this site signed you out. Sign in to continue.
ended-disabled = This account has been disabled. Contact the people who run this site.
ended-deleted = This account has been deleted.
ended-restored = You were signed out because our data was restored from a backup. Sign in to continue.
ended-session-limit = You were signed out here because you signed in on many other devices. Sign in to continue.
