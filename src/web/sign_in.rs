//! Signing in.

use super::answer::{Answer, Attempt};
use super::cookies::{self, ReplyCookies};
use super::form::FormState;
use super::guard::{Anyone, Arrival, SignedIn};
use super::next::NextPath;
use super::page::{Page, PageContext};
use super::profile;
use crate::accounts::{Accounts, SignInAttempt};
use crate::domain::email::{EmailAddress, EmailProblem};
use crate::domain::password::{Password, PasswordProblem};
use rocket::form::Form;
use rocket::http::Status;
use rocket::http::uri::Origin;
use rocket::request::{FromRequest, Outcome};
use rocket::{FromForm, Request, Route, State, get, post, routes, uri};
use serde::Serialize;
use std::convert::Infallible;

#[derive(Default, Serialize)]
pub struct SignInPage {
    form: FormState,
    /// Somebody signed in a moment ago, but the browser kept no token.
    cookies_missing: bool,
    registration_open: bool,
}

impl PageContext for SignInPage {
    const TEMPLATE: &'static str = "sign_in/form";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let typed =
            FormState::default().keep("email", "ada@example.org").keep("next", "/profile").keep("remember", "on");
        let refused = typed.clone().with_problem("invalid_credentials");
        let incomplete = typed.clone().with_error("email", "email_missing").with_error("password", "password_missing");
        let of = |form| SignInPage { form, cookies_missing: false, registration_open: true };
        let stuck = SignInPage { form: typed, cookies_missing: true, registration_open: false };
        vec![SignInPage::default(), of(refused), of(incomplete), stuck]
    }
}

#[derive(FromForm)]
struct SignInForm<'r> {
    #[field(default = "")]
    email: &'r str,
    #[field(default = "")]
    password: &'r str,
    #[field(default = "")]
    remember: &'r str,
    #[field(default = "")]
    next: &'r str,
}

/// Whether a sign-in a moment ago left no token in this browser.
struct CookiesMissing(bool);

#[get("/login?<next>")]
fn show(
    person: Option<SignedIn>,
    next: Option<&str>,
    missing: CookiesMissing,
    accounts: &State<Accounts>,
) -> Answer<SignInPage> {
    let next = next.and_then(NextPath::parse);
    if person.is_some() {
        return Answer::go(onward(next));
    }
    let form = next.map_or_else(FormState::default, |next| FormState::default().keep("next", &next.to_string()));
    Answer::Show(page(Status::Ok, form, missing.0, accounts))
}

#[post("/login", data = "<form>")]
async fn submit(
    _guard: Anyone,
    form: Form<SignInForm<'_>>,
    arrival: Arrival,
    accounts: &State<Accounts>,
    cookies: &ReplyCookies,
) -> Attempt<SignInPage> {
    let (state, attempt) = form.read(arrival);
    let Some(attempt) = attempt else { return Ok(refused(state, accounts)) };
    Ok(match accounts.sign_in(attempt).await? {
        Some(pair) => {
            cookies.carry_signed_in(pair);
            Answer::go(onward(NextPath::parse(form.next)))
        }
        None => refused(state.with_problem("invalid_credentials"), accounts),
    })
}

impl SignInForm<'_> {
    /// The form as typed, and the attempt it makes unless something is missing. An address or a password that could be nobody's
    /// is answered like a wrong one, but costs no hash.
    fn read(&self, arrival: Arrival) -> (FormState, Option<SignInAttempt>) {
        let persistent = !self.remember.is_empty();
        let mut state = FormState::default().keep("email", self.email).keep("next", self.next);
        if persistent {
            state = state.keep("remember", "on");
        }
        let (email, password) = (EmailAddress::parse(self.email), Password::parse(self.password));
        match (email, password) {
            (Ok(email), Ok(password)) => {
                let Arrival { device, session: replaces } = arrival;
                (state, Some(SignInAttempt { email, password, persistent, device, replaces }))
            }
            (email, password) => (incomplete(state, email.err(), password.err()), None),
        }
    }
}

/// Names the fields left empty; anything else is simply wrong.
fn incomplete(state: FormState, email: Option<EmailProblem>, password: Option<PasswordProblem>) -> FormState {
    let no_email = email == Some(EmailProblem::Missing);
    let no_password = password == Some(PasswordProblem::Missing);
    match (no_email, no_password) {
        (true, true) => state.with_error("email", "email_missing").with_error("password", "password_missing"),
        (true, false) => state.with_error("email", "email_missing"),
        (false, true) => state.with_error("password", "password_missing"),
        (false, false) => state.with_problem("invalid_credentials"),
    }
}

fn refused(form: FormState, accounts: &Accounts) -> Answer<SignInPage> {
    Answer::Show(page(Status::Unauthorized, form, false, accounts))
}

fn page(status: Status, form: FormState, cookies_missing: bool, accounts: &Accounts) -> Page<SignInPage> {
    let registration_open = accounts.registration() == crate::domain::account::Registration::Open;
    Page(status, SignInPage { form, cookies_missing, registration_open })
}

fn onward(next: Option<NextPath>) -> Origin<'static> {
    next.map_or_else(profile::uri, NextPath::into_uri)
}

/// The sign-in page that goes on to `next`.
pub fn uri(next: Option<&NextPath>) -> Origin<'static> {
    let bare = uri!(show(next = Option::<String>::None));
    match next {
        // In the same letters as the path itself, for whoever reads the address bar.
        Some(next) => Origin::parse_owned(format!("{bare}?next={}", next.in_query())).unwrap_or(bare),
        None => bare,
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for CookiesMissing {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(CookiesMissing(cookies::tokens_did_not_stick(request)))
    }
}

pub fn routes() -> Vec<Route> {
    routes![show, submit]
}
