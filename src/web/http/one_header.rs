//! A header that must not come twice.

use rocket::Request;

/// The value of a header; of one that comes twice, a value that nobody takes for a good one.
pub fn one_header<'r>(request: &'r Request<'_>, name: &str) -> Option<&'r str> {
    let mut values = request.headers().get(name);
    let first = values.next();
    if values.next().is_some() { Some("more than one") } else { first }
}
