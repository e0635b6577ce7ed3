//! What answers when no handler did.

use crate::accounts::sessions::Refusal;
use crate::web::errors::code::Code;
use crate::web::errors::page::{ErrorAnswer, wants_json};
use crate::web::errors::problem::Problem;
use crate::web::guards::authentication::Authentication;
use crate::web::http::method_not_allowed;
use crate::web::http::next_path::NextPath;
use crate::web::http::original_method;
use crate::web::pages::page::{Page, PageContext};
use crate::web::pages::sign_in;
use rocket::http::{Method, Status};
use rocket::response::{self, Redirect, Responder};
use rocket::{Catcher, Request, catch, catchers};
use serde::Serialize;
use url::Url;

/// Leads on to a page of ours.
#[derive(Serialize)]
pub struct OnwardPage {
    to: String,
}

impl PageContext for OnwardPage {
    const TEMPLATE: &'static str = "onward";

    fn samples() -> Vec<Self> {
        vec![OnwardPage { to: "/sessions?a=1&b=%22".into() }]
    }
}

/// Sends somebody anonymous to the sign-in page and says where to go on.
struct SignInFirst;

impl<'r> Responder<'r, 'static> for SignInFirst {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        if wants_json(request) {
            return Problem::new(token_problem(request)).respond_to(request);
        }
        let next = next(request);
        match &next {
            Some(to) if comes_from_another_site(request) => {
                Page::ok(OnwardPage { to: to.to_string() }).respond_to(request)
            }
            _ => Redirect::to(sign_in::uri(next.as_ref())).respond_to(request),
        }
    }
}

/// Whether somebody follows a link on another site or in a mail. The browser then sends no `SameSite=Strict` cookie, so they may
/// well be signed in: the onward page leads to the same path once more, this time from here. It sets no cookie, and the
/// second arrival is same-origin, so it is shown once.
fn comes_from_another_site(request: &Request<'_>) -> bool {
    let is = |name, value| request.headers().get_one(name) == Some(value);
    let navigates = is("Sec-Fetch-Site", "cross-site") && is("Sec-Fetch-Mode", "navigate");
    let nothing = matches!(
        Authentication::known(request),
        Some(Authentication::Anonymous(Refusal::NothingPresented))
    );
    original_method::method(request) == Method::Get && navigates && nothing
}

fn token_problem(request: &Request<'_>) -> Code {
    match Authentication::known(request) {
        // Somebody signed in by the cookies comes here when the records say that it has ended.
        Some(
            Authentication::SignedIn(_)
            | Authentication::Anonymous(Refusal::Ended { .. } | Refusal::Revoked),
        ) => Code::SessionEnded,
        Some(Authentication::Anonymous(Refusal::NothingPresented)) | None => Code::TokenMissing,
        Some(Authentication::Anonymous(_) | Authentication::Unavailable) => Code::TokenInvalid,
    }
}

/// The page that was asked for; for a posted form the page it stands on.
fn next(request: &Request<'_>) -> Option<NextPath> {
    if matches!(request.method(), Method::Get | Method::Head) {
        return NextPath::parse(&request.uri().to_string());
    }
    let referrer = Url::parse(request.headers().get_one("Referer")?).ok()?;
    NextPath::parse(referrer.path())
}

#[catch(401)]
fn unauthorized() -> SignInFirst {
    SignInFirst
}

#[catch(default)]
fn any(status: Status, request: &Request<'_>) -> ErrorAnswer {
    ErrorAnswer(method_not_allowed::status(request, status))
}

pub fn catchers() -> Vec<Catcher> {
    catchers![unauthorized, any]
}
