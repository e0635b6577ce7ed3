//! Reading a header that must not be repeated.

use rocket::Request;

/// The value of a header; for a repeated header, a value that matches nothing.
pub fn one_header<'r>(request: &'r Request<'_>, name: &str) -> Option<&'r str> {
    let mut values = request.headers().get(name);
    let first = values.next();
    if values.next().is_some() { Some("more than one") } else { first }
}
