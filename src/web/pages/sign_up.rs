//! Registering.

use crate::accounts::{Accounts, NewAccount, SignUpOutcome};
use crate::domain::email::EmailAddress;
use crate::domain::name::DisplayName;
use crate::domain::password::Password;
use crate::web::guards::{Anyone, ClientContext, SignedIn};
use crate::web::http::cookies::ReplyCookies;
use crate::web::pages::form::FormState;
use crate::web::pages::page::{Page, PageContext};
use crate::web::pages::profile;
use crate::web::pages::response::{PageResponse, PageResult};
use rocket::form::Form;
use rocket::http::Status;
use rocket::{FromForm, Route, State, get, post, routes};
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
        let codes = crate::web::pages::samples::codes(&["name_", "email_", "password_"]);
        let wrong = codes.iter().map(|code| typed.clone().with_error("email", code));
        let mut pages: Vec<Self> = wrong.map(|form| SignUpPage { form, closed: false }).collect();
        pages.extend([SignUpPage::default(), SignUpPage { closed: true, ..SignUpPage::default() }]);
        pages
    }
}

#[derive(FromForm)]
struct SignUpForm<'r> {
    #[field(default = "")]
    name: &'r str,
    #[field(default = "")]
    email: &'r str,
    #[field(default = "")]
    password: &'r str,
}

#[get("/register")]
fn show(person: Option<SignedIn>, accounts: &State<Accounts>) -> PageResponse<SignUpPage> {
    match person {
        Some(_) => PageResponse::redirect(profile::uri()),
        None if accounts.registration_open() => PageResponse::Html(Page::ok(SignUpPage::default())),
        None => closed(),
    }
}

#[post("/register", data = "<form>")]
async fn submit(
    _guard: Anyone,
    form: Form<SignUpForm<'_>>,
    arrival: ClientContext,
    accounts: &State<Accounts>,
    cookies: &ReplyCookies,
) -> PageResult<SignUpPage> {
    let (state, new) = form.read(arrival);
    let Some(new) = new else { return Ok(refused(state, accounts)) };
    Ok(match accounts.sign_up(new).await? {
        SignUpOutcome::SignedUp { tokens, .. } => {
            cookies.set_tokens_of_sign_in(*tokens);
            PageResponse::redirect(profile::uri())
        }
        SignUpOutcome::EmailTaken => refused(state.with_error("email", "email_taken"), accounts),
        SignUpOutcome::Closed => closed(),
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

impl SignUpForm<'_> {
    /// The form as typed, and the account it asks for unless something is wrong.
    fn read(&self, arrival: ClientContext) -> (FormState, Option<NewAccount>) {
        let mut state = FormState::default().keep("name", self.name).keep("email", self.email);
        let name = state.check("name", DisplayName::parse(self.name));
        let email = state.check("email", EmailAddress::parse(self.email));
        let password = state.check("password", Password::parse_new(self.password));
        let ClientContext { device, session: replaces } = arrival;
        let parsed = name.zip(email).zip(password);
        (
            state,
            parsed.map(|((name, email), password)| NewAccount {
                name,
                email,
                password,
                device,
                persistent: false,
                replaces,
            }),
        )
    }
}

pub fn routes() -> Vec<Route> {
    routes![show, submit]
}
