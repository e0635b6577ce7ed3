//! Signing up.

use crate::accounts::{Accounts, NewAccount, SignUpOutcome};
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
use crate::web::requests::form::FormBody;
use crate::web::texts;
use rocket::http::Status;
use rocket::{State, get, post};
use serde::Serialize;

#[derive(Default, Serialize)]
pub struct SignUpPage {
    form: FormState,
    closed: bool,
}

impl PageContext for SignUpPage {
    const TEMPLATE: &'static str = "sign_up/form";

    fn samples() -> Vec<Self> {
        let typed = FormState::default().keep("name", "Ada").keep("email", "ada@example.org");
        let codes = texts::keys_beginning_with(&["name-", "email-", "password-"]);
        let wrong = codes.iter().map(|code| typed.clone().with_error("email", code));
        let mut pages: Vec<Self> = wrong.map(|form| SignUpPage { form, closed: false }).collect();
        pages.extend([SignUpPage::default(), SignUpPage { closed: true, ..SignUpPage::default() }]);
        pages
    }
}

#[get("/register")]
pub fn show(user: Option<SignedIn>, accounts: &State<Accounts>) -> PageResponse<SignUpPage> {
    match user {
        Some(_) => PageResponse::redirect(profile::uri()),
        None if accounts.registration_open() => PageResponse::Html(Page::ok(SignUpPage::default())),
        None => closed(),
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
    let new = match form.parse() {
        Ok(parsed) => new_account(parsed, client),
        Err(errors) => return Ok(refused(typed.with_errors(errors), accounts)),
    };
    Ok(match accounts.sign_up(new).await? {
        SignUpOutcome::SignedUp { tokens, .. } => {
            cookies.set_tokens_after_sign_in(*tokens);
            PageResponse::redirect(profile::uri())
        }
        SignUpOutcome::EmailTaken => refused(typed.with_error("email", "email_taken"), accounts),
        SignUpOutcome::Closed => closed(),
        SignUpOutcome::TooManyAttempts(limit) => {
            let form = typed.with_wait("too_many_sign_ups", limit);
            PageResponse::too_many_attempts(SignUpPage { form, closed: false }, limit)
        }
    })
}

fn refused(form: FormState, accounts: &Accounts) -> PageResponse<SignUpPage> {
    if accounts.registration_open() {
        PageResponse::invalid(SignUpPage { form, closed: false })
    } else {
        closed()
    }
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
