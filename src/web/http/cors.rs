//! Pages of other, configured origins may use the API (Fetch standard, "CORS protocol"): exact origins, and never with cookies.

use crate::config::BaseUrl;
use crate::web::http::csrf::one;
use rocket::http::{Method, Status};
use rocket::{Request, Response};

const KEY_SET: &str = "/.well-known/jwks.json";
const API: &str = "/api/";
/// What a page may send: a bearer token and a JSON body.
const REQUEST_HEADERS: &str = "Authorization, Content-Type";
/// What a page may read beside the body.
const RESPONSE_HEADERS: &str = "WWW-Authenticate, Retry-After";
/// How long a browser may remember a preflight, in seconds.
const REMEMBERED: &str = "600";

/// The origins whose pages may use the API.
pub struct CorsOrigins(pub Vec<BaseUrl>);

/// Tells the browser whether the page that asks may read the answer.
pub fn share(request: &Request<'_>, response: &mut Response<'_>) {
    if origins(request).is_empty() || !is_shared(request) {
        return;
    }
    // A cache must not hand the answer for one origin to another.
    response.set_raw_header("Vary", "Origin");
    if let Some(origin) = asking(request) {
        response.set_raw_header("Access-Control-Allow-Origin", origin.as_str().to_owned());
        response.set_raw_header("Access-Control-Expose-Headers", RESPONSE_HEADERS);
    }
}

/// Whether a page of a configured origin asks the API.
pub fn is_invited(request: &Request<'_>) -> bool {
    is_shared(request) && asking(request).is_some()
}

/// The answer to a browser that asks beforehand; none for anybody else. `methods` are those the path has.
pub fn preflight<'r>(request: &Request<'_>, methods: &str) -> Option<Response<'r>> {
    let asks = request.method() == Method::Options
        && one(request, "Access-Control-Request-Method").is_some();
    if !asks || !is_invited(request) {
        return None;
    }
    let mut response = Response::build();
    response.status(Status::NoContent);
    response.raw_header("Access-Control-Allow-Methods", methods.to_owned());
    response.raw_header("Access-Control-Allow-Headers", REQUEST_HEADERS);
    response.raw_header("Access-Control-Max-Age", REMEMBERED);
    Some(response.finalize())
}

fn asking<'r>(request: &'r Request<'_>) -> Option<&'r BaseUrl> {
    let asking = one(request, "Origin")?;
    origins(request).iter().find(|origin| origin.as_str() == asking)
}

fn origins<'r>(request: &'r Request<'_>) -> &'r [BaseUrl] {
    request.rocket().state::<CorsOrigins>().map(|origins| origins.0.as_slice()).unwrap_or_default()
}

fn is_shared(request: &Request<'_>) -> bool {
    let path = request.uri().path();
    path.starts_with(API) || path == KEY_SET
}
