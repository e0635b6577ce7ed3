//! The page of an error.

use crate::web::errors::problem::Problem;
use crate::web::errors::refusal::Refusal;
use crate::web::errors::response::finish;
use crate::web::pages::page::{Page, PageContext};
use crate::web::requests::fields::FieldErrors;
use crate::web::texts;
use rocket::Request;
use rocket::response::{self, Responder};
use serde::Serialize;

/// A refusal, answered as a page.
pub struct ErrorResponse(pub Refusal);

/// The page of an error.
#[derive(Serialize)]
pub struct ErrorPage {
    status: u16,
    /// Keys of its title and its sentence in the message file.
    title: String,
    text: String,
    /// What a browser does not send by itself, for whoever wrote the form.
    errors: FieldErrors,
}

impl PageContext for ErrorPage {
    const TEMPLATE: &'static str = "error";

    #[cfg(test)]
    fn samples() -> Vec<Self> {
        let statuses = [400, 403, 404, 405, 409, 413, 415, 418, 422, 429, 431, 500, 503, 504];
        let twice = FieldErrors::of("email", "field_twice");
        let mut pages: Vec<Self> =
            statuses.map(|status| ErrorPage::new(status, FieldErrors::default())).into();
        pages.push(ErrorPage::new(422, twice));
        pages
    }
}

impl ErrorPage {
    fn new(status: u16, errors: FieldErrors) -> Self {
        let known = texts::text(&format!("error_{status}_title")).is_some();
        let key = match status {
            _ if known => status,
            500.. => 500,
            _ => 400,
        };
        let (title, text) = (format!("error_{key}_title"), format!("error_{key}_text"));
        Self { status, title, text, errors }
    }
}

impl<'r> Responder<'r, 'static> for ErrorResponse {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let refusal = self.0;
        let page = ErrorPage::new(refusal.status.code, refusal.errors.clone());
        match Page(refusal.status, page).respond_to(request) {
            Ok(mut response) => {
                finish(request, &mut response, &refusal);
                Ok(response)
            }
            // A template that cannot be rendered must not lead to Rocket's own catcher, which parses `Accept`.
            Err(_) => Problem::from(refusal).respond_to(request),
        }
    }
}
