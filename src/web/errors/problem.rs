//! Problem documents for programs (RFC 9457): status, title, stable code, detail, and the errors of
//! each field.

use crate::accounts::{Fault, TooManyAttempts};
use crate::domain::session::EndReason;
use crate::texts::Language;
use crate::web::errors::code::Code;
use crate::web::errors::refusal::{Detail, Refusal};
use crate::web::errors::response::{finish, json};
use crate::web::http::request_id::RequestId;
use crate::web::texts;
use rocket::Request;
use rocket::http::{ContentType, Status};
use rocket::response::{self, Responder};
use serde::Serialize;
use std::collections::BTreeMap;
use strum::VariantArray;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;

/// A refusal as a problem document.
#[derive(Debug)]
pub struct Problem(Box<Refusal>);

/// Why a request was refused
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Document {
    /// The HTTP status
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// The status in words
    title: &'static str,
    /// A stable name for programs to act on
    #[schema(schema_with = codes)]
    code: &'static str,
    /// What is wrong and what to do next, for people to read
    detail: String,
    /// The errors of each field, for people to read (with `invalid_fields`)
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, inline)]
    errors: Option<BTreeMap<String, Vec<String>>>,
    /// Why the session ended (with `session_ended`, if it is known)
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = reasons)]
    reason: Option<&'static str>,
    /// Seconds until the next attempt is allowed (with `too_many_attempts`)
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    retry_after: Option<u32>,
    /// The ID of the request in the server's log
    request_id: String,
}

impl Problem {
    pub fn new(code: Code) -> Self {
        Refusal::new(code).into()
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Problem(Box::new(refusal))
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Refusal::from(fault).into()
    }
}

impl From<TooManyAttempts> for Problem {
    fn from(TooManyAttempts { wait }: TooManyAttempts) -> Self {
        Refusal::too_many_attempts(wait).into()
    }
}

impl<'r> Responder<'r, 'static> for Problem {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response =
            json(&document(&self.0, texts::language(request), RequestId::of(request)))?;
        response.set_header(ContentType::new("application", "problem+json"));
        if self.0.status == Status::Unauthorized {
            response.set_raw_header("WWW-Authenticate", challenge(self.0.code));
        }
        finish(request, &mut response, &self.0);
        Ok(response)
    }
}

fn document(refusal: &Refusal, language: &Language, id: &RequestId) -> Document {
    let summary = || language.text(&refusal.code.message_key());
    Document {
        status: refusal.status.code,
        title: refusal.status.reason_lossy(),
        code: refusal.code.into_str(),
        detail: refusal.detail.as_ref().map_or_else(summary, |detail| message(language, detail)),
        errors: (refusal.code == Code::InvalidFields).then(|| refusal.errors.sentences(language)),
        reason: refusal.reason.map(|reason| reason.into_str()),
        retry_after: refusal.retry_after.filter(|_| refusal.code == Code::TooManyAttempts),
        request_id: id.as_str().to_owned(),
    }
}

fn message(language: &Language, detail: &Detail) -> String {
    let error = detail.error.as_deref().unwrap_or_default();
    language.text_with(&texts::of_code(detail.key), &[("error", error.into())])
}

/// RFC 6750 section 3.1: no error code if the request carried no token.
fn challenge(code: Code) -> &'static str {
    match code {
        Code::TokenExpired | Code::TokenInvalid | Code::SessionEnded => {
            r#"Bearer realm="vestibule", error="invalid_token""#
        }
        _ => r#"Bearer realm="vestibule""#,
    }
}

fn codes() -> Object {
    one_of(Code::VARIANTS.iter().map(Code::into_str))
}

fn reasons() -> Object {
    one_of(EndReason::VARIANTS.iter().map(EndReason::into_str))
}

fn one_of(names: impl Iterator<Item = &'static str>) -> Object {
    Object::builder().schema_type(utoipa::openapi::Type::String).enum_values(Some(names)).build()
}
