//! Why a request was refused. Guards and handlers note a `Refusal`; the catchers turn it into a
//! page or a problem document.

use crate::domain::Span;
use crate::domain::session::EndReason;
use crate::web::errors::code::Code;
use crate::web::requests::fields::FieldErrors;
use rocket::Request;
use rocket::http::Status;
use std::sync::{Mutex, PoisonError};

/// `Retry-After` of a 503, in seconds.
const RETRY_AFTER: u32 = 2;

/// Everything the response to a refused request needs.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub status: Status,
    pub code: Code,
    /// What is wrong, if more is known than the code says.
    pub detail: Option<Detail>,
    pub errors: FieldErrors,
    /// Why the session has ended.
    pub reason: Option<EndReason>,
    /// The methods that the path supports (RFC 9110 section 10.2.1).
    pub allow: Option<String>,
    /// Seconds (RFC 9110 section 10.2.3).
    pub retry_after: Option<u32>,
}

/// A message and its argument `$error`.
#[derive(Clone, Debug)]
pub struct Detail {
    pub key: &'static str,
    pub error: Option<String>,
}

/// The refusal noted for one request.
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

    /// The session has ended, for this reason.
    pub fn session_ended(reason: EndReason) -> Self {
        Self { reason: Some(reason), ..Self::new(Code::SessionEnded) }
    }

    /// A form or a body has invalid fields.
    pub fn invalid_fields(errors: FieldErrors) -> Self {
        Self { errors, ..Self::new(Code::InvalidFields) }
    }

    /// A limit was hit; the next attempt is allowed after `wait`.
    pub fn too_many_attempts(wait: Span) -> Self {
        Self { retry_after: Some(seconds(wait)), ..Self::new(Code::TooManyAttempts) }
    }

    pub fn method_not_allowed(allow: String) -> Self {
        Self { allow: Some(allow), ..Self::new(Code::MethodNotAllowed) }
    }

    #[must_use]
    pub fn with_detail(self, key: &'static str, error: Option<String>) -> Self {
        Self { detail: Some(Detail { key, error }), ..self }
    }

    /// Notes the refusal for the catcher and returns the status to fail with. A later note replaces
    /// an earlier one, because the guard that noted the earlier one may be optional.
    pub fn note(self, request: &Request<'_>) -> Status {
        let status = self.status;
        let note = request.local_cache(Note::default);
        // One assignment: a panic elsewhere leaves nothing half-written.
        *note.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(self);
        status
    }

    /// The refusal noted for this status, if any: a note with another status is not the cause.
    pub fn noted(request: &Request<'_>, status: Status) -> Option<Self> {
        let note = request.local_cache(Note::default);
        let noted = note.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        noted.filter(|refusal| refusal.status == status)
    }
}

/// Whole seconds, rounded up: one that came earlier would be refused again.
pub fn seconds(wait: Span) -> u32 {
    u32::try_from((wait.num_milliseconds() + 999) / 1_000).unwrap_or(0).max(1)
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        Self::of(status, Code::of(status))
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Refusal};
    use rocket::http::Status;
    use rocket::local::blocking::Client;

    #[test]
    fn the_note_of_an_optional_guard_does_not_answer_for_another_refusal() {
        let client = Client::untracked(rocket::build()).unwrap();
        let request = client.get("/");
        Refusal::new(Code::TokenExpired).note(request.inner());
        let noted = |status| Refusal::noted(request.inner(), status).map(|refusal| refusal.code);
        assert_eq!(noted(Status::Unauthorized), Some(Code::TokenExpired));
        assert_eq!(noted(Status::NotFound), None);
    }
}
