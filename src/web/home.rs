//! The front page.

use super::guard::SignedIn;
use super::page::{Page, PageContext};
use super::{answer::Answer, profile};
use crate::accounts::Accounts;
use rocket::{Route, State, get, routes};
use serde::Serialize;

#[derive(Serialize)]
pub struct HomePage {
    registration_open: bool,
}

impl PageContext for HomePage {
    const TEMPLATE: &'static str = "home/show";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        [true, false].map(|registration_open| HomePage { registration_open }).into()
    }
}

#[get("/")]
fn show(person: Option<SignedIn>, accounts: &State<Accounts>) -> Answer<HomePage> {
    match person {
        Some(_) => Answer::go(profile::uri()),
        None => {
            Answer::Show(Page::ok(HomePage { registration_open: accounts.registration_open() }))
        }
    }
}

pub fn routes() -> Vec<Route> {
    routes![show]
}
