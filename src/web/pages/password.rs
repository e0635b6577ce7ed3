//! Changing the password.

use crate::accounts::sessions::TokenPair;
use crate::accounts::{Accounts, PasswordChange, PasswordOutcome};
use crate::domain::device::Device;
use crate::domain::password::Password;
use crate::web::guards::SignedIn;
use crate::web::http::cookies::ReplyCookies;
use crate::web::notice::Notice;
use crate::web::pages::form::FormState;
use crate::web::pages::page::{Page, PageContext};
use crate::web::pages::profile;
use crate::web::pages::response::{PageResponse, PageResult};
use rocket::form::Form;
use rocket::http::Status;
use rocket::{FromForm, Route, State, get, post, routes};
use serde::Serialize;

#[derive(Serialize)]
pub struct PasswordPage {
    form: FormState,
    /// So that a password manager knows whose password this is.
    email: String,
}

impl PageContext for PasswordPage {
    const TEMPLATE: &'static str = "password/form";

    fn samples() -> Vec<Self> {
        let wrong = crate::web::pages::samples::codes(&["password_"]);
        let forms = wrong.iter().map(|code| FormState::default().with_error("new_password", code));
        let forms = forms.chain([
            FormState::default().with_error("current_password", "password_wrong"),
            FormState::default(),
        ]);
        forms.map(|form| PasswordPage { form, email: "ada@example.org".into() }).collect()
    }
}

#[derive(FromForm)]
struct PasswordForm<'r> {
    #[field(default = "")]
    current_password: &'r str,
    #[field(default = "")]
    new_password: &'r str,
}

#[get("/password")]
async fn show(person: SignedIn, accounts: &State<Accounts>) -> PageResult<PasswordPage> {
    page(Status::Ok, FormState::default(), &person, accounts).await
}

#[post("/password", data = "<form>")]
async fn submit(
    person: SignedIn,
    form: Form<PasswordForm<'_>>,
    device: Device,
    accounts: &State<Accounts>,
    cookies: &ReplyCookies,
) -> PageResult<PasswordPage> {
    let change = match form.read(device) {
        Ok(change) => change,
        Err(form) => return page(Status::UnprocessableEntity, form, &person, accounts).await,
    };
    match accounts.change_password(person.0, change).await? {
        PasswordOutcome::Changed(pair) => Ok(changed(cookies, *pair)),
        PasswordOutcome::SignedOut => Ok(PageResponse::Unauthenticated),
        PasswordOutcome::WrongPassword => {
            let form = FormState::default().with_error("current_password", "password_wrong");
            page(Status::UnprocessableEntity, form, &person, accounts).await
        }
    }
}

async fn page(
    status: Status,
    form: FormState,
    person: &SignedIn,
    accounts: &Accounts,
) -> PageResult<PasswordPage> {
    let Some(profile) = accounts.profile(person.0).await? else {
        return Ok(PageResponse::Unauthenticated);
    };
    Ok(PageResponse::Html(Page(
        status,
        PasswordPage { form, email: profile.account.email.as_str().to_owned() },
    )))
}

fn changed(cookies: &ReplyCookies, pair: TokenPair) -> PageResponse<PasswordPage> {
    cookies.set_tokens(pair);
    cookies.notify(Notice::PasswordChanged);
    PageResponse::redirect(profile::uri())
}

impl PasswordForm<'_> {
    fn read(&self, device: Device) -> Result<PasswordChange, FormState> {
        let mut state = FormState::default();
        let current = state.check("current_password", Password::parse(self.current_password));
        let new = state.check("new_password", Password::parse_new(self.new_password));
        match current.zip(new) {
            Some((current, new)) if current.is(&new) => {
                Err(state.with_error("new_password", "password_same"))
            }
            Some((current, new)) => Ok(PasswordChange { current, new, device }),
            None => Err(state),
        }
    }
}

pub fn routes() -> Vec<Route> {
    routes![show, submit]
}
