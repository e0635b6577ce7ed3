# Error pages, by HTTP status.

error-status = Error { $status }. Request ID: { $request }
error-400-title = There is a problem with the request
error-400-text = Go back, reload the page and try again.
error-403-title = You don’t have access to this page
error-403-text = Your account does not have permission, or the request came from another site. Go to the home page and try from there.
error-404-title = Page not found
error-404-text = Check that the address is correct, or go to the home page.
error-405-title = This action is not available here
error-405-text = Go to the home page and try from there.
error-409-title = This page has changed
error-409-text = It changed after you opened it. Reload the page and try again.
error-413-title = The form is too large
error-413-text = Go back, shorten what you entered and try again.
error-415-title = The form was sent in the wrong format
error-415-text = Go back, reload the page and send the form again.
error-422-title = There is a problem with the form
error-422-text = Go back, check what you entered and try again.
error-429-title = Too many attempts
error-429-text = Wait a moment, then try again.
error-431-title = The request is too large
error-431-text = Your browser sent more data than this site accepts. Delete the cookies for this site, then try again.
error-500-title = Sorry, there is a problem with the service
error-500-text = Try again in a moment. If you were signed in, you still are.
error-503-title = Sorry, the service is unavailable
error-503-text = Wait a few seconds, then try again. If you were signed in, you still are.
