//! The front page.

use super::guard::SignedIn;
use super::page::{Page, PageContext};
use super::{answer::Answer, profile};
use rocket::{Route, get, routes};
use serde::Serialize;

#[derive(Serialize)]
pub struct HomePage {}

impl PageContext for HomePage {
    const TEMPLATE: &'static str = "home/show";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        vec![HomePage {}]
    }
}

#[get("/")]
fn show(person: Option<SignedIn>) -> Answer<HomePage> {
    match person {
        Some(_) => Answer::go(profile::uri()),
        None => Answer::Show(Page::ok(HomePage {})),
    }
}

pub fn routes() -> Vec<Route> {
    routes![show]
}
