//! The two answers of a page's handler: show a page, or go to another.

use super::error::{json, wants_json};
use super::page::{Page, PageContext};
use crate::accounts::Fault;
use rocket::Request;
use rocket::http::Status;
use rocket::http::uri::Origin;
use rocket::response::{self, Redirect, Responder};

/// What a handler answers.
pub enum Answer<C> {
    Show(Page<C>),
    /// A page, or its context as JSON for those who ask for that.
    ShowOrTell(Page<C>),
    /// 303: whatever was posted is done, and reloading does not repeat it.
    Go(Box<Redirect>),
    /// The person is not signed in after all.
    SignInFirst,
    NotFound,
}

/// What a handler answers that may meet a fault.
pub type Attempt<C> = Result<Answer<C>, Fault>;

impl<C> Answer<C> {
    pub fn go(to: Origin<'static>) -> Self {
        Answer::Go(Box::new(Redirect::to(to)))
    }

    /// The form again, because of what was typed.
    pub fn again(context: C) -> Self {
        Answer::Show(Page(Status::UnprocessableEntity, context))
    }
}

impl<'r, C: PageContext> Responder<'r, 'static> for Answer<C> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self {
            Answer::ShowOrTell(page) if wants_json(request) => json(&page.1),
            Answer::Show(page) | Answer::ShowOrTell(page) => page.respond_to(request),
            Answer::Go(redirect) => redirect.respond_to(request),
            Answer::SignInFirst => Err(Status::Unauthorized),
            Answer::NotFound => Err(Status::NotFound),
        }
    }
}
