//! What the handler of a page returns: a page, or a redirect to another one.

use crate::accounts::{Fault, TooManyAttempts};
use crate::web::errors::code::Code;
use crate::web::errors::refusal::{Refusal, seconds};
use crate::web::pages::context::PageContext;
use crate::web::pages::page::Page;
use rocket::Request;
use rocket::http::Status;
use rocket::http::uri::Origin;
use rocket::response::{self, Redirect, Responder};

/// The response of a page's handler.
pub enum PageResponse<C> {
    Html(Page<C>),
    /// 429: a page, and the seconds until the next attempt is allowed.
    TooManyAttempts(Page<C>, u32),
    /// 303, so that reloading does not post the form again.
    Redirect(Box<Redirect>),
    /// The session ended after the guard let the request pass.
    Unauthenticated,
    NotFound,
}

/// The response of a handler that can fail.
pub type PageResult<C> = Result<PageResponse<C>, Fault>;

impl<C> PageResponse<C> {
    pub fn redirect(to: Origin<'static>) -> Self {
        PageResponse::Redirect(Box::new(Redirect::to(to)))
    }

    /// The same page, with the seconds until the next attempt is allowed.
    pub fn after(self, limit: TooManyAttempts) -> Self {
        match self {
            PageResponse::Html(page) => PageResponse::TooManyAttempts(page, seconds(limit.wait)),
            other => other,
        }
    }

    /// 422 with the form again and its errors.
    pub fn invalid(context: C) -> Self {
        PageResponse::Html(Page(Status::UnprocessableEntity, context))
    }
}

impl<'r, C: PageContext> Responder<'r, 'static> for PageResponse<C> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self {
            PageResponse::Html(page) => page.respond_to(request),
            PageResponse::TooManyAttempts(page, seconds) => {
                let mut response = page.respond_to(request)?;
                response.set_raw_header("Retry-After", seconds.to_string());
                Ok(response)
            }
            PageResponse::Redirect(redirect) => redirect.respond_to(request),
            PageResponse::Unauthenticated => Err(Refusal::new(Code::SessionEnded).note(request)),
            PageResponse::NotFound => Err(Status::NotFound),
        }
    }
}
