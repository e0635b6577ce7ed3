//! Problems for those who ask for JSON (RFC 9457): status, title, a stable code, what to do next, and what is wrong with which field.

use crate::accounts::Fault;
use crate::domain::session::EndReason;
use crate::texts::Language;
use crate::web::errors::code::Code;
use crate::web::errors::page;
use crate::web::texts;
use rocket::Request;
use rocket::http::{ContentType, Status};
use rocket::response::{self, Responder};
use serde::Serialize;
use std::collections::BTreeMap;
use strum::VariantArray;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;

/// What is wrong with each field, by code.
pub type FieldErrors = BTreeMap<String, Vec<&'static str>>;

/// A refusal, or a fault.
#[derive(Debug)]
pub enum Problem {
    Refused(Refused),
    Fault(Fault),
}

/// What was refused, and why.
#[derive(Clone, Debug)]
pub struct Refused {
    pub status: Status,
    code: Code,
    detail: Option<Detail>,
    errors: Option<FieldErrors>,
    reason: Option<EndReason>,
}

/// The code of a message, and what stands in it for `$error`.
#[derive(Clone, Debug)]
struct Detail {
    code: &'static str,
    error: Option<String>,
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
    #[schema(schema_with = codes)]
    code: &'static str,
    /// What is wrong and what to do next, in sentences for people
    detail: String,
    /// What is wrong with which field, in sentences for people (with `invalid_fields`)
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, inline)]
    errors: Option<BTreeMap<String, Vec<String>>>,
    /// Why the session ended (with `session_ended`, where it is known)
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = reasons)]
    reason: Option<&'static str>,
}

impl Problem {
    pub fn new(code: Code) -> Self {
        Problem::Refused(Refused::new(code))
    }

    /// A session that has ended, and why.
    pub fn ended(reason: EndReason) -> Self {
        Problem::Refused(Refused { reason: Some(reason), ..Refused::new(Code::SessionEnded) })
    }
}

impl Refused {
    pub fn new(code: Code) -> Self {
        Self { status: code.status(), code, detail: None, errors: None, reason: None }
    }

    /// A body that holds what cannot be used.
    pub fn fields(errors: FieldErrors) -> Self {
        Self { errors: Some(errors), ..Self::new(Code::InvalidFields) }
    }

    /// The same, with a message that says more than that of the code.
    pub fn with_detail(self, code: &'static str, error: Option<String>) -> Self {
        Self { detail: Some(Detail { code, error }), ..self }
    }
}

impl From<Status> for Problem {
    fn from(status: Status) -> Self {
        Problem::Refused(Refused { status, ..Refused::new(Code::of(status)) })
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        Problem::Refused(refused)
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Problem::Fault(fault)
    }
}

impl<'r> Responder<'r, 'static> for Problem {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let Refused { status, code, detail, errors, reason } = match self {
            Problem::Refused(refused) => refused,
            Problem::Fault(fault) => return fault.respond_to(request),
        };
        let language = texts::language(request);
        let mut response = page::json(&Document {
            status: status.code,
            title: status.reason_lossy(),
            code: code.into_str(),
            detail: detail
                .map_or_else(|| language.text(&code.message_key()), |d| say(language, &d)),
            errors: errors.map(|errors| sentences(language, errors)),
            reason: reason.map(|reason| reason.into_str()),
        })?;
        response.set_status(status);
        response.set_header(ContentType::new("application", "problem+json"));
        if status == Status::Unauthorized {
            response.set_raw_header("WWW-Authenticate", challenge(code));
        }
        page::finish(request, &mut response);
        Ok(response)
    }
}

fn say(language: &Language, detail: &Detail) -> String {
    let error = detail.error.as_deref().unwrap_or_default();
    language.text_with(&detail.code.replace('_', "-"), &[("error", error.into())])
}

fn sentences(language: &Language, errors: FieldErrors) -> BTreeMap<String, Vec<String>> {
    let field = |(field, codes): (String, Vec<&str>)| {
        (field, codes.into_iter().map(|code| texts::of_code(language, code)).collect())
    };
    errors.into_iter().map(field).collect()
}

/// RFC 6750 section 3: no error code for a request that brought no token.
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
