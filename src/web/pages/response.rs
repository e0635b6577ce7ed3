//! The two answers of a page's handler: show a page, or go to another.

use crate::accounts::Fault;
use crate::web::errors::page::{json, wants_json};
use crate::web::pages::page::{Page, PageContext};
use rocket::Request;
use rocket::http::Status;
use rocket::http::uri::Origin;
use rocket::response::{self, Redirect, Responder};

/// What a handler answers.
pub enum PageResponse<C> {
    Html(Page<C>),
    /// A page, or its context as JSON for those who ask for that.
    HtmlOrJson(Page<C>),
    /// 303: whatever was posted is done, and reloading does not repeat it.
    Redirect(Box<Redirect>),
    /// The person is not signed in after all.
    Unauthenticated,
    NotFound,
}

/// What a handler answers that may meet a fault.
pub type PageResult<C> = Result<PageResponse<C>, Fault>;

impl<C> PageResponse<C> {
    pub fn redirect(to: Origin<'static>) -> Self {
        PageResponse::Redirect(Box::new(Redirect::to(to)))
    }

    /// The form again, because of what was typed.
    pub fn invalid(context: C) -> Self {
        PageResponse::Html(Page(Status::UnprocessableEntity, context))
    }
}

impl<'r, C: PageContext> Responder<'r, 'static> for PageResponse<C> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self {
            PageResponse::HtmlOrJson(page) if wants_json(request) => json(&page.1),
            PageResponse::Html(page) | PageResponse::HtmlOrJson(page) => page.respond_to(request),
            PageResponse::Redirect(redirect) => redirect.respond_to(request),
            PageResponse::Unauthenticated => Err(Status::Unauthorized),
            PageResponse::NotFound => Err(Status::NotFound),
        }
    }
}
