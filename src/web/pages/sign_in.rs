//! Signing in.

use crate::accounts::sessions::Refusal;
use crate::accounts::{Accounts, SignInAttempt, SignInOutcome};
use crate::domain::email::{EmailAddress, EmailError};
use crate::domain::password::{Password, PasswordError};
use crate::domain::session::EndReason;
use crate::web::guards::authentication::Authentication;
use crate::web::guards::{Anyone, ClientContext, SignedIn};
use crate::web::http::cookies::{self, ReplyCookies};
use crate::web::http::next_path::NextPath;
use crate::web::pages::form::FormState;
use crate::web::pages::page::{Page, PageContext};
use crate::web::pages::profile;
use crate::web::pages::response::{PageResponse, PageResult};
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
    notice: SignInNotice,
    registration_open: bool,
}

impl PageContext for SignInPage {
    const TEMPLATE: &'static str = "sign_in/form";

    fn samples() -> Vec<Self> {
        let typed = FormState::default()
            .keep("email", "ada@example.org")
            .keep("next", "/profile")
            .keep("remember", "on");
        let refused = typed.clone().with_problem("invalid_credentials");
        let incomplete = typed
            .clone()
            .with_error("email", "email_missing")
            .with_error("password", "password_missing");
        let of = |form, notice| SignInPage { form, notice, registration_open: true };
        let stuck = SignInNotice { cookies_missing: true, ended: None };
        let mut pages = vec![
            SignInPage::default(),
            of(refused, SignInNotice::default()),
            of(incomplete, stuck),
        ];
        for reason in <EndReason as strum::VariantArray>::VARIANTS {
            pages.push(of(
                typed.clone(),
                SignInNotice { cookies_missing: false, ended: Some(ended(*reason)) },
            ));
        }
        pages
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

/// What led somebody to the sign-in page, told there in words.
#[derive(Default, Serialize)]
struct SignInNotice {
    /// They signed in a moment ago, but the browser kept no token.
    cookies_missing: bool,
    /// Key of why the session ended whose refresh token they presented, in the message file.
    ended: Option<String>,
}

#[get("/login?<next>")]
fn show(
    person: Option<SignedIn>,
    next: Option<&str>,
    notice: SignInNotice,
    accounts: &State<Accounts>,
) -> PageResponse<SignInPage> {
    let next = next.and_then(NextPath::parse);
    if person.is_some() {
        return PageResponse::redirect(onward(next));
    }
    let form = next.map_or_else(FormState::default, |next| {
        FormState::default().keep("next", &next.to_string())
    });
    PageResponse::Html(page(Status::Ok, form, notice, accounts))
}

#[post("/login", data = "<form>")]
async fn submit(
    _guard: Anyone,
    form: Form<SignInForm<'_>>,
    arrival: ClientContext,
    accounts: &State<Accounts>,
    cookies: &ReplyCookies,
) -> PageResult<SignInPage> {
    let (state, attempt) = form.read(arrival);
    let Some(attempt) = attempt else { return Ok(refused(state, accounts)) };
    Ok(match accounts.sign_in(attempt).await? {
        SignInOutcome::SignedIn { tokens, .. } => {
            cookies.set_tokens_of_sign_in(*tokens);
            PageResponse::redirect(onward(NextPath::parse(form.next)))
        }
        SignInOutcome::InvalidCredentials => {
            refused(state.with_problem("invalid_credentials"), accounts)
        }
    })
}

impl SignInForm<'_> {
    /// The form as typed, and the attempt it makes unless something is missing. An address or a password that could be nobody's
    /// is answered like a wrong one, but costs no hash.
    fn read(&self, arrival: ClientContext) -> (FormState, Option<SignInAttempt>) {
        let persistent = ["on", "true", "yes", "1"].contains(&self.remember);
        let mut state = FormState::default().keep("email", self.email).keep("next", self.next);
        if persistent {
            state = state.keep("remember", "on");
        }
        let (email, password) = (EmailAddress::parse(self.email), Password::parse(self.password));
        match (email, password) {
            (Ok(email), Ok(password)) => {
                let ClientContext { device, session: replaces } = arrival;
                (state, Some(SignInAttempt { email, password, persistent, device, replaces }))
            }
            (email, password) => (incomplete(state, email.err(), password.err()), None),
        }
    }
}

/// Names the fields left empty; anything else is simply wrong.
fn incomplete(
    state: FormState,
    email: Option<EmailError>,
    password: Option<PasswordError>,
) -> FormState {
    let no_email = email == Some(EmailError::Missing);
    let no_password = password == Some(PasswordError::Missing);
    match (no_email, no_password) {
        (true, true) => {
            state.with_error("email", "email_missing").with_error("password", "password_missing")
        }
        (true, false) => state.with_error("email", "email_missing"),
        (false, true) => state.with_error("password", "password_missing"),
        (false, false) => state.with_problem("invalid_credentials"),
    }
}

fn refused(form: FormState, accounts: &Accounts) -> PageResponse<SignInPage> {
    PageResponse::Html(page(Status::Unauthorized, form, SignInNotice::default(), accounts))
}

fn page(
    status: Status,
    form: FormState,
    notice: SignInNotice,
    accounts: &Accounts,
) -> Page<SignInPage> {
    Page(status, SignInPage { form, notice, registration_open: accounts.registration_open() })
}

fn onward(next: Option<NextPath>) -> Origin<'static> {
    next.map_or_else(profile::uri, NextPath::into_uri)
}

/// The sign-in page that goes on to `next`.
pub fn uri(next: Option<&NextPath>) -> Origin<'static> {
    let bare = uri!(show(next = Option::<String>::None));
    match next {
        // In the same letters as the path itself, for whoever reads the address bar.
        Some(next) => {
            Origin::parse_owned(format!("{bare}?next={}", next.in_query())).unwrap_or(bare)
        }
        None => bare,
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SignInNotice {
    type Error = Infallible;

    /// Clears the cookies of a session that is over, once none of a next session can be on its way.
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let cookies_missing = cookies::tokens_did_not_stick(request);
        let (ended, over) = match Authentication::of(request).await {
            Authentication::Anonymous(Refusal::Ended { reason, settled }) => {
                (Some(ended(*reason)), *settled)
            }
            Authentication::Anonymous(Refusal::Unknown) => (None, true),
            _ => (None, false),
        };
        if over {
            ReplyCookies::of(request).clear();
        }
        Outcome::Success(SignInNotice { cookies_missing, ended })
    }
}

fn ended(reason: EndReason) -> String {
    format!("ended_{}", reason.into_str())
}

pub fn routes() -> Vec<Route> {
    routes![show, submit]
}
