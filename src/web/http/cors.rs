//! CORS (Fetch standard, "CORS protocol"): pages of exactly the configured origins may use the API,
//! never with cookies.

use crate::config::BaseUrl;
use crate::web::http::one_header::one_header;
use rocket::http::{Method, Status};
use rocket::{Request, Response};

const KEY_SET: &str = "/.well-known/jwks.json";
const API: &str = "/api/";
/// Request headers a page may send.
const REQUEST_HEADERS: &str = "Authorization, Content-Type";
/// Response headers a page may read.
const RESPONSE_HEADERS: &str = "WWW-Authenticate, Retry-After";
/// How long a browser may cache a preflight, in seconds.
const PREFLIGHT_MAX_AGE: &str = "600";

/// The origins whose pages may use the API.
pub struct CorsOrigins(pub Vec<BaseUrl>);

/// Tells the browser whether the requesting page may read the response.
pub fn set_headers(request: &Request<'_>, response: &mut Response<'_>) {
    if origins(request).is_empty() || !is_cors_path(request) {
        return;
    }
    // A cache must not serve the response for one origin to another.
    response.set_raw_header("Vary", "Origin");
    if let Some(origin) = requesting_origin(request) {
        response.set_raw_header("Access-Control-Allow-Origin", origin.as_str().to_owned());
        response.set_raw_header("Access-Control-Expose-Headers", RESPONSE_HEADERS);
    }
}

/// Whether the request is for the API and comes from a page of a configured origin.
pub fn is_allowed_origin(request: &Request<'_>) -> bool {
    is_cors_path(request) && requesting_origin(request).is_some()
}

/// The response to a preflight from a configured origin; none for any other request. `methods` are
/// those of the path.
pub fn preflight<'r>(request: &Request<'_>, methods: &str) -> Option<Response<'r>> {
    let is_preflight = request.method() == Method::Options
        && one_header(request, "Access-Control-Request-Method").is_some();
    if !is_preflight || !is_allowed_origin(request) {
        return None;
    }
    let mut response = Response::build();
    response.status(Status::NoContent);
    response.raw_header("Access-Control-Allow-Methods", methods.to_owned());
    response.raw_header("Access-Control-Allow-Headers", REQUEST_HEADERS);
    response.raw_header("Access-Control-Max-Age", PREFLIGHT_MAX_AGE);
    Some(response.finalize())
}

fn requesting_origin<'r>(request: &'r Request<'_>) -> Option<&'r BaseUrl> {
    let sent = one_header(request, "Origin")?;
    origins(request).iter().find(|origin| origin.as_str() == sent)
}

fn origins<'r>(request: &'r Request<'_>) -> &'r [BaseUrl] {
    request.rocket().state::<CorsOrigins>().map(|origins| origins.0.as_slice()).unwrap_or_default()
}

fn is_cors_path(request: &Request<'_>) -> bool {
    let path = request.uri().path();
    path.starts_with(API) || path == KEY_SET
}
