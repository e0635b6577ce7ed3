//! Error pages. Their words are in `locales/<language>/errors.ftl`.

use crate::web::errors::problem::Problem;
use crate::web::errors::refusal::Refusal;
use crate::web::errors::response::finish;
use crate::web::http::request_id::RequestId;
use crate::web::pages::context::PageContext;
use crate::web::pages::page::Page;
use crate::web::requests::fields::FieldErrors;
use rocket::Request;
use rocket::response::{self, Responder};
use serde::Serialize;

/// The statuses that have a page of their own.
pub const STATUSES: [u16; 12] = [400, 403, 404, 405, 409, 413, 415, 422, 429, 431, 500, 503];

/// A refusal as a page.
pub struct ErrorResponse(pub Refusal);

/// An error page.
#[derive(Serialize)]
pub struct ErrorPage {
    status: u16,
    /// Message keys of its title and text.
    title: String,
    text: String,
    /// Unknown and repeated fields: browsers do not send them unless the form is wrong.
    errors: FieldErrors,
    /// For reports: the operator finds the request in the log.
    request_id: String,
}

impl PageContext for ErrorPage {
    const TEMPLATE: &'static str = "error";

    fn samples() -> Vec<Self> {
        let id = "0199a8c2-7b1e-7c3a-9f4d-2b6c1e5a8d90";
        let page = |status| ErrorPage::new(status, FieldErrors::default(), id);
        let twice = ErrorPage::new(422, FieldErrors::of("email", "field_twice"), id);
        STATUSES.into_iter().chain([418, 504]).map(page).chain([twice]).collect()
    }
}

impl ErrorPage {
    fn new(status: u16, errors: FieldErrors, request_id: &str) -> Self {
        let key = match status {
            _ if STATUSES.contains(&status) => status,
            500.. => 500,
            _ => 400,
        };
        let (title, text) = (format!("error-{key}-title"), format!("error-{key}-text"));
        Self { status, title, text, errors, request_id: request_id.to_owned() }
    }
}

impl<'r> Responder<'r, 'static> for ErrorResponse {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let refusal = self.0;
        let id = RequestId::of(request).as_str();
        let page = ErrorPage::new(refusal.status.code, refusal.errors.clone(), id);
        match Page(refusal.status, page).respond_to(request) {
            Ok(mut response) => {
                finish(request, &mut response, &refusal);
                Ok(response)
            }
            // If the template fails, Rocket's own catcher would answer, and it parses `Accept`.
            Err(_) => Problem::from(refusal).respond_to(request),
        }
    }
}
