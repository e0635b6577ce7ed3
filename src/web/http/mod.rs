//! What every request and response passes through: the checks, cookies, CORS, headers, methods, the request log.

pub mod accept;
pub mod checks;
pub mod cookies;
pub mod cors;
pub mod csrf;
pub mod headers;
pub mod method_not_allowed;
pub mod next_path;
pub mod original_method;
pub mod request_log;
pub mod well_formed;

use rocket::Request;

/// The value of a header; of one that comes twice, a value that nobody takes for a good one.
pub fn one_header<'r>(request: &'r Request<'_>, name: &str) -> Option<&'r str> {
    let mut values = request.headers().get(name);
    let first = values.next();
    if values.next().is_some() { Some("more than one") } else { first }
}
