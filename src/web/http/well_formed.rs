//! What any request must be before our code handles it: one `Host`, headers of a reasonable size, and the one
//! spelling a path has.
//!
//! Rocket has by then parsed `Cookie` and `Content-Type`, in time that grows with their length: it does so before the first
//! fairing, and its server sets no limit below hyper's 400 KiB for all headers together. If a client sends `Accept` twice it
//! parses that, too; its parser is quadratic, hence our limit in `vendor/rocket_http`.

use crate::web::errors::code::Code;
use crate::web::errors::refusal::Refusal;
use crate::web::http::method_not_allowed::Paths;
use crate::web::http::original_method;
use rocket::Request;
use rocket::http::Method;

/// Longest value of a header in bytes: nginx and Node.js take no more. Our own cookies need 8 KiB.
const MAX_HEADER_LENGTH: usize = 16 * 1024;

/// Probes of an orchestrator ask by address, and some send no `Host`.
const HEALTH: &str = "/health/";

/// Why a request cannot be taken at all, if it cannot.
pub fn refusal(request: &Request<'_>) -> Option<Refusal> {
    if request.headers().iter().any(|header| header.value().len() > MAX_HEADER_LENGTH) {
        return Some(Refusal::new(Code::HeaderTooLarge));
    }
    // RFC 9112 section 3.2. Which of two the proxy in front of us went by, nobody can tell. The value itself is not used.
    match request.headers().get("Host").count() {
        1 => None,
        0 if request.uri().path().starts_with(HEALTH) => None,
        _ => Some(Refusal::new(Code::BadRequest)),
    }
}

/// Whether a path that led to a route is the only spelling of it. Rocket decodes percent escapes and skips empty segments, so
/// that `/%6cogin` and `//login` lead to `/login`, past the rules of a proxy.
pub fn is_canonical(request: &Request<'_>) -> bool {
    let path = request.uri().path();
    !path.contains('%') && paths(request).is_some_and(|paths| paths.contains(path.as_str()))
}

/// The page that was meant, with its query, for somebody who only wants to look. Programs of the API are told 404 instead: a
/// redirect would hide the mistake.
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
