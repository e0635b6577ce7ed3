//! Responses to requests that no handler answered.

use crate::web::errors::code::Code;
use crate::web::errors::page::ErrorResponse;
use crate::web::errors::problem::Problem;
use crate::web::errors::refusal::Refusal;
use crate::web::http::accept::prefers_json;
use crate::web::http::cookies::ReplyCookies;
use crate::web::http::next_path::NextPath;
use crate::web::http::original_method;
use crate::web::http::{method_not_allowed, well_formed};
use crate::web::notice::Notice;
use crate::web::pages::context::PageContext;
use crate::web::pages::page::Page;
use crate::web::pages::sign_in;
use rocket::http::{Method, Status};
use rocket::response::{self, Redirect, Responder};
use rocket::{Catcher, Request, catch, catchers};
use serde::Serialize;
use url::Url;

/// Continues to a page of this site.
#[derive(Serialize)]
pub struct ContinuePage {
    to: String,
}

impl PageContext for ContinuePage {
    const TEMPLATE: &'static str = "continue";

    fn samples() -> Vec<Self> {
        vec![ContinuePage { to: "/sessions?a=1&b=%22".into() }]
    }
}

/// The response to a request that no handler answered.
struct Caught(Status);

impl<'r> Responder<'r, 'r> for Caught {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'r> {
        let refusal = refusal(self.0, request);
        if prefers_json(request) {
            return Problem::from(refusal).respond_to(request);
        }
        if refusal.status == Status::Unauthorized {
            return sign_in_first(request, &refusal);
        }
        ErrorResponse(refusal).respond_to(request)
    }
}

#[catch(default)]
fn page(status: Status, _request: &Request<'_>) -> Caught {
    Caught(status)
}

#[catch(default)]
fn api(status: Status, request: &Request<'_>) -> Problem {
    refusal(status, request).into()
}

/// For pages and unknown paths.
pub fn catchers() -> Vec<Catcher> {
    catchers![page]
}

/// For paths that only programs call: JSON, whatever they accept.
pub fn api_catchers() -> Vec<Catcher> {
    catchers![api]
}

/// Why the request was refused: what was noted, or else what the status alone says.
fn refusal(status: Status, request: &Request<'_>) -> Refusal {
    let unrouted = match status {
        Status::BadRequest => method_not_allowed::refusal(request),
        Status::NotFound => well_formed::refusal(request),
        _ => None,
    };
    unrouted.or_else(|| Refusal::noted(request, status)).unwrap_or_else(|| status.into())
}

/// Redirects to the sign-in page, which leads back to the requested page.
fn sign_in_first<'r>(request: &'r Request<'_>, refusal: &Refusal) -> response::Result<'r> {
    let next = next(request);
    match &next {
        Some(to) if comes_from_another_site(request, refusal) => {
            Page::ok(ContinuePage { to: to.to_string() }).respond_to(request)
        }
        _ => {
            if !is_safe(request) {
                ReplyCookies::of(request).notify(Notice::NotSaved);
            }
            Redirect::to(sign_in::uri(next.as_ref())).respond_to(request)
        }
    }
}

/// Whether the user followed a link on another site or in an email. The browser then sends no
/// `SameSite=Strict` cookie, although the user may be signed in. `ContinuePage` requests the same
/// path again from this site. It is shown once, because the second request is same-origin.
fn comes_from_another_site(request: &Request<'_>, refusal: &Refusal) -> bool {
    let is = |name, value| request.headers().get_one(name) == Some(value);
    let navigates = is("Sec-Fetch-Site", "cross-site") && is("Sec-Fetch-Mode", "navigate");
    let no_cookies = refusal.code == Code::TokenMissing;
    original_method::method(request) == Method::Get && navigates && no_cookies
}

/// The requested page; for a posted form, the page that contains the form.
fn next(request: &Request<'_>) -> Option<NextPath> {
    if is_safe(request) {
        return NextPath::parse(&request.uri().to_string());
    }
    let referrer = Url::parse(request.headers().get_one("Referer")?).ok()?;
    NextPath::parse(referrer.path())
}

/// RFC 9110 section 9.2.1.
fn is_safe(request: &Request<'_>) -> bool {
    matches!(request.method(), Method::Get | Method::Head)
}
