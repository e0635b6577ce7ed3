//! Why a request was refused. Whoever refuses it notes this once; the catchers answer with it, as a page or as a problem.

use crate::domain::session::EndReason;
use crate::web::errors::code::Code;
use crate::web::requests::fields::FieldErrors;
use rocket::Request;
use rocket::http::Status;
use std::sync::{Mutex, PoisonError};

/// When to try again while we are overloaded or the database is away, in seconds.
const RETRY_AFTER: u32 = 2;

/// A refusal with all its response needs.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub status: Status,
    pub code: Code,
    /// What is wrong, where it can be said more closely than by the code.
    pub detail: Option<Detail>,
    pub errors: FieldErrors,
    /// Why the session has ended.
    pub reason: Option<EndReason>,
    /// The methods the path has (RFC 9110 section 10.2.1).
    pub allow: Option<String>,
    /// Seconds (RFC 9110 section 10.2.3).
    pub retry_after: Option<u32>,
}

/// A sentence of the message file, and what stands in it for `{error}`.
#[derive(Clone, Debug)]
pub struct Detail {
    pub key: &'static str,
    pub error: Option<String>,
}

/// The note of one request.
#[derive(Default)]
struct Note(Mutex<Option<Refusal>>);

impl Refusal {
    pub fn new(code: Code) -> Self {
        Self::of(code.status(), code)
    }

    fn of(status: Status, code: Code) -> Self {
        let retry_after = (status == Status::ServiceUnavailable).then_some(RETRY_AFTER);
        let errors = FieldErrors::default();
        Self { status, code, detail: None, errors, reason: None, allow: None, retry_after }
    }

    /// A session that has ended, and why.
    pub fn session_ended(reason: EndReason) -> Self {
        Self { reason: Some(reason), ..Self::new(Code::SessionEnded) }
    }

    /// A body or a form with fields that cannot be used.
    pub fn invalid_fields(errors: FieldErrors) -> Self {
        Self { errors, ..Self::new(Code::InvalidFields) }
    }

    pub fn method_not_allowed(allow: String) -> Self {
        Self { allow: Some(allow), ..Self::new(Code::MethodNotAllowed) }
    }

    #[must_use]
    pub fn with_detail(self, key: &'static str, error: Option<String>) -> Self {
        Self { detail: Some(Detail { key, error }), ..self }
    }

    /// Notes the refusal for the catcher; gives the status to fail with. A later note replaces an earlier one, because a guard
    /// that refuses may be optional.
    pub fn note(self, request: &Request<'_>) -> Status {
        let status = self.status;
        let note = request.local_cache(Note::default);
        // One assignment: a panic elsewhere leaves nothing half-written.
        *note.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(self);
        status
    }

    /// The refusal that was noted for this status, if any. Another status has another cause.
    pub fn noted(request: &Request<'_>, status: Status) -> Option<Self> {
        let note = request.local_cache(Note::default);
        let noted = note.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        noted.filter(|refusal| refusal.status == status)
    }
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        Self::of(status, Code::of(status))
    }
}
