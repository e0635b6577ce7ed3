//! Error answers: a page of ours, or a problem for those who ask for JSON.

use crate::accounts::Fault;
use crate::web::errors::problem::Problem;
use crate::web::http::headers::protect;
use crate::web::http::method_not_allowed::Allowed;
use crate::web::pages::page::{Page, PageContext};
use rocket::Request;
use rocket::http::{ContentType, Status};
use rocket::response::{self, Responder, Response};
use serde::Serialize;
use std::io::Cursor;

/// What to wait before trying again when we are overloaded or the database is away, in seconds.
const RETRY_AFTER: &str = "2";

/// The statuses that have a page of their own.
pub const STATUSES: [u16; 11] = [400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503];

/// An answer that is only its status.
pub struct ErrorAnswer(pub Status);

/// The page of an error.
#[derive(Serialize)]
pub struct ErrorPage {
    status: u16,
    /// Keys of its title and its text.
    title: String,
    text: String,
}

impl PageContext for ErrorPage {
    const TEMPLATE: &'static str = "error";

    fn samples() -> Vec<Self> {
        STATUSES.into_iter().chain([418, 504]).map(ErrorPage::new).collect()
    }
}

impl ErrorPage {
    fn new(status: u16) -> Self {
        let key = match status {
            _ if STATUSES.contains(&status) => status,
            500.. => 500,
            _ => 400,
        };
        Self { status, title: format!("error-{key}-title"), text: format!("error-{key}-text") }
    }
}

impl<'r> Responder<'r, 'static> for ErrorAnswer {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let status = self.0;
        if wants_json(request) {
            return Problem::from(status).respond_to(request);
        }
        let mut response = Page(status, ErrorPage::new(status.code)).respond_to(request)?;
        finish(request, &mut response);
        Ok(response)
    }
}

/// The headers every error answer has, page or problem.
pub fn finish(request: &Request<'_>, response: &mut Response<'_>) {
    if response.status() == Status::ServiceUnavailable {
        response.set_raw_header("Retry-After", RETRY_AFTER);
    }
    protect(request, response);
    if let Allowed(Some(methods)) = request.local_cache(Allowed::default) {
        response.set_raw_header("Allow", methods.clone());
    }
}

/// A value as JSON.
pub fn json(value: &impl Serialize) -> response::Result<'static> {
    let body = serde_json::to_vec(value).map_err(|_| Status::InternalServerError)?;
    Response::build().header(ContentType::JSON).sized_body(body.len(), Cursor::new(body)).ok()
}

/// Whether the client accepts JSON and nothing else.
pub fn wants_json(request: &Request<'_>) -> bool {
    let Some(accept) = request.accept() else { return false };
    let mut types = accept.media_types().peekable();
    let is_json =
        |top: &str, sub: &str| top == "application" && (sub == "json" || sub.ends_with("+json"));
    types.peek().is_some() && types.all(|t| is_json(t.top().as_str(), t.sub().as_str()))
}

/// A fault is logged once, here at the edge; the asker learns only that it is not their doing.
impl<'r> Responder<'r, 'static> for Fault {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        match self {
            ref fault @ Fault::Overloaded(_) => tracing::warn!(%fault, "a request was put off"),
            ref fault => tracing::error!(%fault, "a request failed"),
        }
        Err(match self {
            Fault::Overloaded(_) | Fault::Undecided | Fault::Store(_) | Fault::Keys(_) => {
                Status::ServiceUnavailable
            }
            Fault::Crypto(_) => Status::InternalServerError,
        })
    }
}
