//! The home page.

use crate::accounts::Accounts;
use crate::web::guards::SignedIn;
use crate::web::pages::context::PageContext;
use crate::web::pages::page::Page;
use crate::web::pages::profile;
use crate::web::pages::response::PageResponse;
use rocket::{State, get};
use serde::Serialize;

#[derive(Serialize)]
pub struct HomePage {
    registration_open: bool,
}

impl PageContext for HomePage {
    const TEMPLATE: &'static str = "home/show";

    fn samples() -> Vec<Self> {
        [true, false].map(|registration_open| HomePage { registration_open }).into()
    }
}

#[get("/")]
pub fn show(user: Option<SignedIn>, accounts: &State<Accounts>) -> PageResponse<HomePage> {
    match user {
        Some(_) => PageResponse::redirect(profile::uri()),
        None => PageResponse::Html(Page::ok(HomePage {
            registration_open: accounts.registration_open(),
        })),
    }
}
