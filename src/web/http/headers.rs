//! The headers of every response: protection headers and cookies. The fairing also runs after a
//! catcher.

use crate::accounts::Monitoring;
use crate::config::BaseUrl;
use crate::web::http::cookies::ReplyCookies;
use crate::web::http::cors;
use crate::web::http::request_id::RequestId;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::{Request, Response};
use std::sync::Arc;

/// No page has a script: `script-src` and `connect-src` are those of `default-src`.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const ALWAYS: [(&str, &str); 7] = [
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    // With no-referrer, form posts would send `Origin: null`.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("X-Frame-Options", "DENY"),
];

/// Sets the headers of every response.
pub struct Headers;

#[rocket::async_trait]
impl Fairing for Headers {
    fn info(&self) -> Info {
        Info { name: "headers and cookies", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        protect(request, response);
        for cookie in ReplyCookies::of(request).headers(request).await {
            response.adjoin_header(cookie);
        }
    }
}

/// Sets the protection headers. Error responses call this themselves, because no fairing runs for a
/// method that Rocket does not know.
pub fn protect(request: &Request<'_>, response: &mut Response<'_>) {
    for (name, value) in ALWAYS {
        response.set_raw_header(name, value);
    }
    if let Some(Hsts(Some(value))) = request.rocket().state() {
        response.set_raw_header("Strict-Transport-Security", *value);
    }
    response.set_header(RequestId::of(request).header());
    cors::set_headers(request, response);
    // So that a proxy sends its next request to another process, and none on a connection that is just
    // being closed.
    if request.rocket().state::<Arc<Monitoring>>().is_some_and(|process| process.is_stopping()) {
        response.set_raw_header("Connection", "close");
    }
    if !response.headers().contains("Cache-Control") {
        response.set_raw_header("Cache-Control", "no-store");
    }
}

/// `Strict-Transport-Security` (RFC 6797).
pub struct Hsts(Option<&'static str>);

impl Hsts {
    /// Not on a loopback name, which other servers on other ports share: the browser would no longer
    /// reach those over http. Subdomains may belong to others, so they are included on request.
    pub fn new(base_url: &BaseUrl, subdomains: bool) -> Self {
        let has_hsts = base_url.is_https() && base_url.loopback_port().is_none();
        Self(has_hsts.then_some(if subdomains {
            "max-age=31536000; includeSubDomains"
        } else {
            "max-age=31536000"
        }))
    }
}
