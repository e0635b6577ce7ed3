//! The CSRF check. A request that changes something must come from one of our own pages, from no
//! browser at all or, for the API, from an origin in `VESTIBULE_CORS_ORIGINS`.
//!
//! Two headers decide: `Sec-Fetch-Site`, which a page cannot forge, and for browsers without it
//! `Origin` (OWASP CSRF cheat sheet, "Fetch Metadata"). `checks.rs` runs the check before every
//! route.

use crate::config::BaseUrl;
use crate::web::http::cors;
use crate::web::http::one_header::one_header;
use rocket::Request;
use rocket::http::Method;

/// Whether a request may be handled.
pub fn is_allowed(request: &Request<'_>) -> bool {
    !changes_something(request) || is_same_origin(request) || cors::is_allowed_origin(request)
}

fn changes_something(request: &Request<'_>) -> bool {
    !matches!(request.method(), Method::Get | Method::Head | Method::Options)
}

/// Whether a request comes from one of our own pages, or from no page.
pub fn is_same_origin(request: &Request<'_>) -> bool {
    let ours = request.rocket().state::<BaseUrl>().map(BaseUrl::as_str);
    allows(one_header(request, "Sec-Fetch-Site"), one_header(request, "Origin"), ours)
}

fn allows(site: Option<&str>, origin: Option<&str>, ours: Option<&str>) -> bool {
    match (site, origin) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, None) => true,
        (None, Some(origin)) => Some(origin) == ours,
    }
}
