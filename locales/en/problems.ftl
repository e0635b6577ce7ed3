# The `detail` of API errors (RFC 9457), for developers. `fields.ftl` has those that forms also show.

problem-bad-request = The request is malformed. See /api/openapi.json for what is expected.
problem-invalid-refresh-token = The refresh token is missing or invalid. Sign in again.
problem-refresh-conflict = The refresh token has been superseded. Use the newest one you received.
problem-session-ended = The session has ended. Sign in again.
problem-token-expired = The access token has expired. Use the refresh token to get a new one.
problem-token-invalid = The access token is invalid. Use the refresh token to get a new one, or sign in again.
problem-token-missing = Authentication is required. Send an access token as Authorization: Bearer.
problem-forbidden = The account does not have permission, or the request came from an origin that is not allowed.
problem-registration-closed = Sign-up is closed. Ask the people who run this site for an account.
problem-not-found = This resource does not exist. See /api/openapi.json for the API.
problem-method-not-allowed = This resource does not support the method. The Allow header lists the supported methods.
problem-conflict = The resource has changed. Fetch it again, then retry.
problem-too-large = The body is larger than 16 KiB. Send a smaller one.
problem-header-too-large = A request header is larger than 16 KiB. Send a smaller one.
problem-unsupported-media-type = The body must be JSON. Send it with Content-Type: application/json.
problem-invalid-fields = Some fields are invalid. See errors for details.
problem-too-many-attempts = Too many attempts. Retry after the number of seconds in retry_after and in the Retry-After header.
problem-internal-error = The service failed. Retry later. If the problem persists, contact the people who run this site.
problem-unavailable = The service is overloaded or cannot reach its database. Retry after the number of seconds in the Retry-After header.

body-no-object = The body must be a JSON object, such as {"{"}"email": "ada@example.org"{"}"}.
body-malformed = The body is not valid JSON: { $error }.
field-missing = This field is required.
field-not-text = This field must be a string.
field-unknown = This field does not exist. Remove it.
field-twice = This field appears twice. Send it once.
