//! Changing the password.

use crate::accounts::sessions::TokenPair;
use crate::accounts::{Accounts, PasswordChange, PasswordOutcome, TooManyAttempts};
use crate::domain::password::{Password, PasswordError};
use crate::web::guards::{ClientContext, SignedIn};
use crate::web::http::cookies::ReplyCookies;
use crate::web::notice::Notice;
use crate::web::pages::context::PageContext;
use crate::web::pages::form::FormState;
use crate::web::pages::page::Page;
use crate::web::pages::profile;
use crate::web::pages::response::{PageResponse, PageResult};
use crate::web::requests::PasswordRequest;
use crate::web::requests::fields::FieldErrors;
use crate::web::requests::form::FormBody;
use crate::web::texts;
use rocket::http::Status;
use rocket::{State, get, post};
use serde::Serialize;

#[derive(Serialize)]
pub struct PasswordPage {
    form: FormState,
    /// Tells a password manager whose password this is.
    email: String,
    min_password_length: usize,
}

impl PageContext for PasswordPage {
    const TEMPLATE: &'static str = "password/form";

    fn samples() -> Vec<Self> {
        let wrong = texts::keys_beginning_with(&["password-"]);
        let forms = wrong.iter().map(|code| FormState::default().with_error("new_password", code));
        let forms = forms.chain([
            FormState::default().with_error("current_password", "password_wrong"),
            FormState::default(),
        ]);
        let page =
            |form| PasswordPage { form, email: "ada@example.org".into(), min_password_length: 8 };
        forms.map(page).collect()
    }
}

#[get("/password")]
pub async fn show(user: SignedIn, accounts: &State<Accounts>) -> PageResult<PasswordPage> {
    page(Status::Ok, FormState::default(), &user, accounts).await
}

#[post("/password", data = "<form>")]
pub async fn submit(
    user: SignedIn,
    form: FormBody<PasswordRequest>,
    client: ClientContext,
    accounts: &State<Accounts>,
    cookies: &ReplyCookies,
) -> PageResult<PasswordPage> {
    let change = match form.parse(accounts.min_password_length()) {
        Ok(passwords) => change(passwords, client),
        Err(errors) => return refused(errors, &user, accounts).await,
    };
    match accounts.change_password(user.0, change).await? {
        PasswordOutcome::Changed(tokens) => Ok(changed(cookies, *tokens)),
        PasswordOutcome::SignedOut => Ok(PageResponse::Unauthenticated),
        PasswordOutcome::WrongPassword => refused(wrong(), &user, accounts).await,
        PasswordOutcome::Refused(error) => refused(weak(error), &user, accounts).await,
        PasswordOutcome::TooManyAttempts(limit) => too_many_attempts(limit, &user, accounts).await,
    }
}

fn wrong() -> FieldErrors {
    FieldErrors::of("current_password", "password_wrong")
}

fn weak(error: PasswordError) -> FieldErrors {
    FieldErrors::of("new_password", error.into_str())
}

fn change((current, new): (Password, Password), client: ClientContext) -> PasswordChange {
    let ClientContext { device, device_token, .. } = client;
    PasswordChange { current, new, device, device_token }
}

async fn page(
    status: Status,
    form: FormState,
    user: &SignedIn,
    accounts: &Accounts,
) -> PageResult<PasswordPage> {
    let Some(profile) = accounts.profile(user.0).await? else {
        return Ok(PageResponse::Unauthenticated);
    };
    let page = PasswordPage {
        form,
        email: profile.account.email.as_str().to_owned(),
        min_password_length: accounts.min_password_length(),
    };
    Ok(PageResponse::Html(Page(status, page)))
}

async fn refused(
    errors: FieldErrors,
    user: &SignedIn,
    accounts: &Accounts,
) -> PageResult<PasswordPage> {
    let form = FormState::default().with_errors(errors);
    page(Status::UnprocessableEntity, form, user, accounts).await
}

async fn too_many_attempts(
    limit: TooManyAttempts,
    user: &SignedIn,
    accounts: &Accounts,
) -> PageResult<PasswordPage> {
    let form = FormState::default().with_wait("too_many_passwords", limit);
    Ok(page(Status::TooManyRequests, form, user, accounts).await?.after(limit))
}

fn changed(cookies: &ReplyCookies, tokens: TokenPair) -> PageResponse<PasswordPage> {
    cookies.set_tokens(tokens);
    cookies.notify(Notice::PasswordChanged);
    PageResponse::redirect(profile::uri())
}
