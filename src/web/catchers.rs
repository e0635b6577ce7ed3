//! What answers when no handler did.

use super::authentication::Authentication;
use super::error::{ErrorAnswer, problem, wants_json};
use super::next::NextPath;
use super::sign_in;
use crate::accounts::Refusal;
use rocket::http::{Method, Status};
use rocket::response::{self, Redirect, Responder};
use rocket::{Catcher, Request, catch, catchers};
use url::Url;

/// Sends somebody anonymous to the sign-in page and says where to go on.
struct SignInFirst;

impl<'r> Responder<'r, 'static> for SignInFirst {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        if wants_json(request) {
            let mut response = problem(Status::Unauthorized, token_problem(request))?;
            response.set_raw_header("WWW-Authenticate", "Bearer");
            return Ok(response);
        }
        Redirect::to(sign_in::uri(next(request).as_ref())).respond_to(request)
    }
}

fn token_problem(request: &Request<'_>) -> &'static str {
    match Authentication::known(request) {
        Authentication::Anonymous(Refusal::Ended(_)) => "session_ended",
        Authentication::Anonymous(Refusal::NothingPresented) | Authentication::NotAsked => "token_missing",
        _ => "token_invalid",
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
fn any(status: Status, _: &Request<'_>) -> ErrorAnswer {
    ErrorAnswer(status)
}

pub fn catchers() -> Vec<Catcher> {
    catchers![unauthorized, any]
}
