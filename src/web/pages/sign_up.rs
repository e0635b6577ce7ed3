//! Signing up.

use crate::accounts::sessions::TokenPair;
use crate::accounts::{Accounts, NewAccount, SignUpOutcome, TooManyAttempts};
use crate::domain::email::EmailAddress;
use crate::domain::name::DisplayName;
use crate::domain::password::Password;
use crate::web::guards::{Anyone, ClientContext, SignedIn};
use crate::web::http::cookies::ReplyCookies;
use crate::web::pages::context::PageContext;
use crate::web::pages::form::FormState;
use crate::web::pages::page::Page;
use crate::web::pages::profile;
use crate::web::pages::response::{PageResponse, PageResult};
use crate::web::requests::SignUpRequest;
use crate::web::requests::fields::FieldErrors;
use crate::web::requests::form::FormBody;
use crate::web::texts;
use rocket::http::Status;
use rocket::{State, get, post};
use serde::Serialize;

#[derive(Default, Serialize)]
pub struct SignUpPage {
    form: FormState,
    closed: bool,
    min_password_length: usize,
}

impl PageContext for SignUpPage {
    const TEMPLATE: &'static str = "sign_up/form";

    fn samples() -> Vec<Self> {
        let typed = FormState::default().keep("name", "Ada").keep("email", "ada@example.org");
        let codes = texts::keys_beginning_with(&["name-", "email-", "password-"]);
        let wrong = codes.iter().map(|code| typed.clone().with_error("email", code));
        let forms = wrong.chain([FormState::default()]);
        let open = |form| SignUpPage { form, closed: false, min_password_length: 8 };
        let closed = SignUpPage { closed: true, ..SignUpPage::default() };
        forms.map(open).chain([closed]).collect()
    }
}

#[get("/register")]
pub fn show(user: Option<SignedIn>, accounts: &State<Accounts>) -> PageResponse<SignUpPage> {
    match user {
        Some(_) => PageResponse::redirect(profile::uri()),
        None => page(Status::Ok, FormState::default(), accounts),
    }
}

#[post("/register", data = "<form>")]
pub async fn submit(
    _guard: Anyone,
    form: FormBody<SignUpRequest>,
    client: ClientContext,
    accounts: &State<Accounts>,
    cookies: &ReplyCookies,
) -> PageResult<SignUpPage> {
    let typed = FormState::default().keep("name", &form.name).keep("email", &form.email);
    let new = match form.parse(accounts.min_password_length()) {
        Ok(parsed) => new_account(parsed, client),
        Err(errors) => return Ok(refused(typed.with_errors(errors), accounts)),
    };
    let errors = match accounts.sign_up(new).await? {
        SignUpOutcome::SignedUp { tokens, .. } => return Ok(signed_up(cookies, *tokens)),
        SignUpOutcome::PasswordRefused(error) => FieldErrors::of("password", error.into_str()),
        SignUpOutcome::EmailTaken => FieldErrors::of("email", "email_taken"),
        SignUpOutcome::Closed => return Ok(closed()),
        SignUpOutcome::TooManyAttempts(limit) => return Ok(wait(limit, typed, accounts)),
    };
    Ok(refused(typed.with_errors(errors), accounts))
}

fn signed_up(cookies: &ReplyCookies, tokens: TokenPair) -> PageResponse<SignUpPage> {
    cookies.set_tokens_after_sign_in(tokens);
    PageResponse::redirect(profile::uri())
}

fn wait(limit: TooManyAttempts, typed: FormState, accounts: &Accounts) -> PageResponse<SignUpPage> {
    let form = typed.with_wait("too_many_sign_ups", limit);
    page(Status::TooManyRequests, form, accounts).after(limit)
}

fn refused(form: FormState, accounts: &Accounts) -> PageResponse<SignUpPage> {
    page(Status::UnprocessableEntity, form, accounts)
}

fn page(status: Status, form: FormState, accounts: &Accounts) -> PageResponse<SignUpPage> {
    if !accounts.registration_open() {
        return closed();
    }
    let min_password_length = accounts.min_password_length();
    PageResponse::Html(Page(status, SignUpPage { form, closed: false, min_password_length }))
}

fn closed() -> PageResponse<SignUpPage> {
    PageResponse::Html(Page(
        Status::Forbidden,
        SignUpPage { closed: true, ..SignUpPage::default() },
    ))
}

fn new_account(
    (name, email, password): (DisplayName, EmailAddress, Password),
    client: ClientContext,
) -> NewAccount {
    let ClientContext { device, device_token, session: replaces } = client;
    NewAccount { name, email, password, device, device_token, persistent: false, replaces }
}
