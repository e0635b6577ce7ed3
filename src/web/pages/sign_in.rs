//! Signing in.

use crate::accounts::sessions::{AuthenticationError, TokenPair};
use crate::accounts::{Accounts, SignInAttempt, SignInOutcome};
use crate::domain::email::EmailAddress;
use crate::domain::password::Password;
use crate::domain::session::EndReason;
use crate::web::guards::authentication::Authentication;
use crate::web::guards::{Anyone, ClientContext, SignedIn};
use crate::web::http::cookies::{self, ReplyCookies};
use crate::web::http::next_path::NextPath;
use crate::web::notice::Notice;
use crate::web::pages::context::PageContext;
use crate::web::pages::form::FormState;
use crate::web::pages::page::Page;
use crate::web::pages::profile;
use crate::web::pages::response::{PageResponse, PageResult};
use crate::web::requests::SignInRequest;
use crate::web::requests::fields::FieldErrors;
use crate::web::requests::form::FormBody;
use rocket::http::Status;
use rocket::http::uri::Origin;
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, State, get, post, uri};
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
        let incomplete = typed.clone().with_error("email", "email_missing");
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

/// Why the user is on the sign-in page.
#[derive(Default, Serialize)]
pub struct SignInNotice {
    /// The user has just signed in, but the browser stored no token.
    cookies_missing: bool,
    /// The message code that says why the session ended.
    ended: Option<String>,
}

#[get("/login?<next>")]
pub fn show(
    user: Option<SignedIn>,
    next: Option<&str>,
    notice: SignInNotice,
    accounts: &State<Accounts>,
) -> PageResponse<SignInPage> {
    let next = next.and_then(NextPath::parse);
    if user.is_some() {
        return PageResponse::redirect(destination(next));
    }
    let form = next.map_or_else(FormState::default, |next| {
        FormState::default().keep("next", &next.to_string())
    });
    PageResponse::Html(Page::ok(SignInPage { notice, ..context(form, accounts) }))
}

#[post("/login", data = "<form>")]
pub async fn submit(
    _guard: Anyone,
    form: FormBody<SignInRequest>,
    client: ClientContext,
    accounts: &State<Accounts>,
    cookies: &ReplyCookies,
) -> PageResult<SignInPage> {
    let attempt = match form.parse() {
        Ok(credentials) => attempt(credentials, form.remembers(), client),
        Err(errors) => return Ok(refused(incomplete(typed(&form), errors), accounts)),
    };
    Ok(match accounts.sign_in(attempt).await? {
        SignInOutcome::SignedIn { tokens, password_is_breached, .. } => {
            signed_in(cookies, *tokens, password_is_breached);
            PageResponse::redirect(destination(NextPath::parse(&form.next)))
        }
        SignInOutcome::InvalidCredentials => refused(wrong(&form), accounts),
        SignInOutcome::TooManyAttempts(limit) => {
            let form = typed(&form).with_wait("too_many_attempts", limit);
            page(Status::TooManyRequests, form, accounts).after(limit)
        }
    })
}

fn signed_in(cookies: &ReplyCookies, tokens: TokenPair, password_is_breached: bool) {
    cookies.set_tokens_after_sign_in(tokens);
    if password_is_breached {
        cookies.notify(Notice::PasswordBreached);
    }
}

fn attempt(
    (email, password): (EmailAddress, Password),
    persistent: bool,
    client: ClientContext,
) -> SignInAttempt {
    let ClientContext { device, device_token, session: replaces } = client;
    SignInAttempt { email, password, persistent, device, device_token, replaces }
}

fn wrong(form: &SignInRequest) -> FormState {
    typed(form).with_problem("invalid_credentials")
}

fn typed(form: &SignInRequest) -> FormState {
    let state = FormState::default().keep("email", &form.email).keep("next", &form.next);
    if form.remembers() { state.keep("remember", "on") } else { state }
}

/// Names the empty fields. An address or a password that no account can have gets the same answer
/// as a wrong one, but no password hash is computed.
fn incomplete(form: FormState, errors: FieldErrors) -> FormState {
    let missing = errors.only(&["email_missing", "password_missing"]);
    if missing.is_empty() {
        return form.with_problem("invalid_credentials");
    }
    form.with_errors(missing)
}

fn refused(form: FormState, accounts: &Accounts) -> PageResponse<SignInPage> {
    page(Status::Unauthorized, form, accounts)
}

fn page(status: Status, form: FormState, accounts: &Accounts) -> PageResponse<SignInPage> {
    PageResponse::Html(Page(status, context(form, accounts)))
}

fn context(form: FormState, accounts: &Accounts) -> SignInPage {
    let registration_open = accounts.registration_open();
    SignInPage { form, notice: SignInNotice::default(), registration_open }
}

fn destination(next: Option<NextPath>) -> Origin<'static> {
    next.map_or_else(profile::uri, NextPath::into_uri)
}

/// The sign-in page, which redirects to `next` afterwards.
pub fn uri(next: Option<&NextPath>) -> Origin<'static> {
    let bare = uri!(show(next = Option::<String>::None));
    match next {
        // `uri!` would escape the slashes; the address bar shows a readable path.
        Some(next) => {
            Origin::parse_owned(format!("{bare}?next={}", next.in_query())).unwrap_or(bare)
        }
        None => bare,
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SignInNotice {
    type Error = Infallible;

    /// Clears the cookies of an ended session, but not right after its end: a response may still be
    /// on its way that sets the cookies of a new session.
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let cookies_missing = cookies::tokens_were_not_stored(request);
        let (ended, clear) = match Authentication::of(request).await {
            Authentication::Anonymous(AuthenticationError::Ended { reason, settled }) => {
                (Some(ended(*reason)), *settled)
            }
            _ => (None, false),
        };
        if clear {
            ReplyCookies::of(request).clear();
        }
        Outcome::Success(SignInNotice { cookies_missing, ended })
    }
}

fn ended(reason: EndReason) -> String {
    format!("ended_{}", reason.into_str())
}
