//! Problems for those who ask for JSON (RFC 9457): status, title, a stable code, and what is wrong with which field.

use super::error;
use crate::accounts::Fault;
use crate::domain::session::EndReason;
use rocket::Request;
use rocket::http::{ContentType, Status};
use rocket::response::{self, Responder};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What is wrong with each field, in sentences.
pub type FieldErrors = BTreeMap<String, Vec<&'static str>>;

/// A refusal, or a fault.
#[derive(Debug)]
pub enum Problem {
    Refused { status: Status, code: &'static str, errors: Option<FieldErrors>, reason: Option<EndReason> },
    Fault(Fault),
}

/// What was refused, and why
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Document {
    /// The status of the answer
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// The status in words
    title: &'static str,
    /// A stable name to decide by
    code: &'static str,
    /// What is wrong with which field, in sentences for people (with `invalid_fields`)
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, inline)]
    errors: Option<FieldErrors>,
    /// Why the session ended (with `session_ended`, where it is known)
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<&'static str>,
}

impl Problem {
    pub fn new(status: Status, code: &'static str) -> Self {
        Problem::Refused { status, code, errors: None, reason: None }
    }

    pub fn fields(errors: FieldErrors) -> Self {
        let status = Status::UnprocessableEntity;
        Problem::Refused { status, code: "invalid_fields", errors: Some(errors), reason: None }
    }

    /// A session that has ended, and why.
    pub fn ended(reason: EndReason) -> Self {
        let status = Status::Unauthorized;
        Problem::Refused { status, code: "session_ended", errors: None, reason: Some(reason) }
    }
}

impl From<Status> for Problem {
    fn from(status: Status) -> Self {
        Self::new(status, error::code(status))
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Problem::Fault(fault)
    }
}

impl<'r> Responder<'r, 'static> for Problem {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let (status, code, errors, reason) = match self {
            Problem::Refused { status, code, errors, reason } => (status, code, errors, reason),
            Problem::Fault(fault) => return fault.respond_to(request),
        };
        let reason = reason.map(EndReason::as_str);
        let mut response =
            error::json(&Document { status: status.code, title: status.reason_lossy(), code, errors, reason })?;
        response.set_status(status);
        response.set_header(ContentType::new("application", "problem+json"));
        if status == Status::Unauthorized {
            response.set_raw_header("WWW-Authenticate", challenge(code));
        }
        error::finish(request, &mut response);
        Ok(response)
    }
}

/// RFC 6750 section 3: no error code for a request that brought no token.
fn challenge(code: &str) -> &'static str {
    match code {
        "token_expired" | "token_invalid" | "session_ended" => r#"Bearer realm="vestibule", error="invalid_token""#,
        _ => r#"Bearer realm="vestibule""#,
    }
}
