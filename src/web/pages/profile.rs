//! The profile: a user's own account, and the current session.

use crate::accounts::{Accounts, Profile, RenameOutcome};
use crate::domain::Time;
use crate::domain::device::Device;
use crate::web::browser::Browser;
use crate::web::guards::SignedIn;
use crate::web::http::cookies::ReplyCookies;
use crate::web::notice::Notice;
use crate::web::pages::context::PageContext;
use crate::web::pages::form::FormState;
use crate::web::pages::page::Page;
use crate::web::pages::response::{PageResponse, PageResult};
use crate::web::requests::NameRequest;
use crate::web::requests::fields::FieldErrors;
use crate::web::requests::form::FormBody;
use rocket::http::uri::Origin;
use rocket::{State, get, post, uri};
use serde::Serialize;

#[derive(Serialize)]
pub struct ProfilePage {
    form: FormState,
    name: String,
    email: String,
    role: &'static str,
    member_since: Time,
    signed_in_at: Time,
    browser: Browser,
}

impl PageContext for ProfilePage {
    const TEMPLATE: &'static str = "profile/show";

    fn samples() -> Vec<Self> {
        let page = |form, role, browser| ProfilePage {
            form,
            name: "Ada Lovelace".into(),
            email: "ada@example.org".into(),
            role,
            member_since: Time::UNIX_EPOCH,
            signed_in_at: Time::UNIX_EPOCH,
            browser,
        };
        let kept = FormState::default().keep("name", "Ada Lovelace");
        let long =
            FormState::default().keep("name", &"a".repeat(200)).with_error("name", "name_too_long");
        let unknown = Browser { name: None, system: None };
        vec![
            page(
                kept.clone(),
                "user",
                Browser { name: Some("Firefox".into()), system: Some("Linux".into()) },
            ),
            page(kept, "admin", Browser { name: Some("curl".into()), system: None }),
            page(long, "user", unknown),
        ]
    }
}

#[get("/profile")]
pub async fn show(user: SignedIn, accounts: &State<Accounts>) -> PageResult<ProfilePage> {
    let Some(profile) = accounts.profile(user.0).await? else {
        return Ok(PageResponse::Unauthenticated);
    };
    let form = FormState::default().keep("name", profile.account.name.as_str());
    Ok(PageResponse::Html(Page::ok(page(profile, form))))
}

#[post("/profile", data = "<form>")]
pub async fn submit(
    user: SignedIn,
    form: FormBody<NameRequest>,
    device: Device,
    accounts: &State<Accounts>,
    cookies: &ReplyCookies,
) -> PageResult<ProfilePage> {
    let name = match form.parse() {
        Ok(name) => name,
        Err(errors) => return invalid(&form, errors, user, accounts).await,
    };
    match accounts.rename(user.0, name, device).await? {
        RenameOutcome::SignedOut => return Ok(PageResponse::Unauthenticated),
        RenameOutcome::Renamed => cookies.notify(Notice::NameChanged),
        RenameOutcome::Unchanged => {}
    }
    Ok(PageResponse::redirect(uri()))
}

async fn invalid(
    form: &NameRequest,
    errors: FieldErrors,
    user: SignedIn,
    accounts: &Accounts,
) -> PageResult<ProfilePage> {
    let form = FormState::default().keep("name", &form.name).with_errors(errors);
    let profile = accounts.profile(user.0).await?;
    Ok(profile.map_or(PageResponse::Unauthenticated, |profile| {
        PageResponse::invalid(page(profile, form))
    }))
}

fn page(profile: Profile, form: FormState) -> ProfilePage {
    let Profile { account, session } = profile;
    ProfilePage {
        form,
        name: account.name.as_str().to_owned(),
        email: account.email.as_str().to_owned(),
        role: account.role.into_str(),
        member_since: account.created_at,
        signed_in_at: session.created_at,
        browser: Browser::of(&session.device),
    }
}

pub fn uri() -> Origin<'static> {
    uri!(show)
}
