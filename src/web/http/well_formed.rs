//! What every request must satisfy: one `Host`, headers of a reasonable size, and the canonical
//! spelling of its path.
//!
//! Before the first fairing, Rocket has already parsed `Cookie` and `Content-Type`, in time linear
//! in their length; its only limit is hyper's 400 KiB for all headers together. A repeated `Accept`
//! is parsed then too, in quadratic time, hence the limit in `vendor/rocket_http`.

use crate::web::errors::code::Code;
use crate::web::errors::refusal::Refusal;
use crate::web::http::method_not_allowed::Paths;
use crate::web::http::original_method;
use rocket::Request;
use rocket::http::Method;

/// Longest value of a header in bytes, as in nginx and Node.js. Our own cookies need 8 KiB.
const MAX_HEADER_LENGTH: usize = 16 * 1024;

/// Some probes of orchestrators send no `Host`; nor does the default check of `HAProxy`, OPTIONS.
pub const HEALTH: &str = "/health/";

/// Why a request is malformed, if it is.
pub fn refusal(request: &Request<'_>) -> Option<Refusal> {
    if request.headers().iter().any(|header| header.value().len() > MAX_HEADER_LENGTH) {
        return Some(Refusal::new(Code::HeaderTooLarge));
    }
    // RFC 9112 section 3.2. With two, the proxy may have used the other one. The value is not used.
    match request.headers().get("Host").count() {
        1 => None,
        0 if request.uri().path().starts_with(HEALTH) => None,
        0 if request.method() == Method::Options => None,
        _ => Some(Refusal::new(Code::BadRequest)),
    }
}

/// Whether the path of a routed request is in its canonical spelling. Rocket decodes percent
/// escapes and skips empty segments, so that `/%6cogin` and `//login` would reach `/login` past a
/// proxy's rules.
pub fn is_canonical(request: &Request<'_>) -> bool {
    let path = request.uri().path();
    !path.contains('%') && paths(request).is_some_and(|paths| paths.contains(path.as_str()))
}

/// The canonical path and query of a page, for GET and HEAD. API clients get 404 instead: a
/// redirect would hide their mistake.
pub fn canonical_page(request: &Request<'_>) -> Option<String> {
    let segments: Vec<&str> = request.uri().path().segments().collect();
    let path = format!("/{}", segments.join("/"));
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-._~".contains(&b);
    let is_safe = matches!(original_method::method(request), Method::Get | Method::Head);
    let is_page = !path.starts_with("/api/") && !path.starts_with("/.well-known/");
    let known = paths(request)?.has_get(&path);
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    (is_safe && is_page && known && path.bytes().all(plain)).then(|| format!("{path}{query}"))
}

fn paths<'r>(request: &'r Request<'_>) -> Option<&'r Paths> {
    request.rocket().state::<Paths>()
}
