//! What error pages and problem documents have in common.

use crate::web::errors::refusal::Refusal;
use crate::web::http::headers::protect;
use rocket::Request;
use rocket::http::{ContentType, Status};
use rocket::response::{self, Response};
use serde::Serialize;
use std::io::Cursor;

/// Sets the status and the headers of an error response.
pub fn finish(request: &Request<'_>, response: &mut Response<'_>, refusal: &Refusal) {
    response.set_status(refusal.status);
    if let Some(seconds) = refusal.retry_after {
        response.set_raw_header("Retry-After", seconds.to_string());
    }
    if let Some(methods) = &refusal.allow {
        response.set_raw_header("Allow", methods.clone());
    }
    protect(request, response);
}

/// A value as JSON.
pub fn json(value: &impl Serialize) -> response::Result<'static> {
    let body = serde_json::to_vec(value).map_err(|_| Status::InternalServerError)?;
    Response::build().header(ContentType::JSON).sized_body(body.len(), Cursor::new(body)).ok()
}
