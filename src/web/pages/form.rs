//! Forms: what was typed, what is wrong with it, and the form shown again.

use crate::domain::email::EmailError;
use crate::domain::name::NameError;
use crate::domain::password::PasswordError;
use serde::Serialize;
use std::collections::BTreeMap;

/// A form as it is shown: values kept, errors beside their fields. A password is never put back, and has no way in here.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FormState {
    values: BTreeMap<&'static str, String>,
    errors: Vec<FieldError>,
    /// What is wrong with the form as a whole.
    problem: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
struct FieldError {
    field: &'static str,
    /// Key of its sentence in the message file.
    code: &'static str,
}

impl FormState {
    /// Keeps what was typed, to show it again.
    #[must_use]
    pub fn keep(mut self, field: &'static str, value: &str) -> Self {
        self.values.insert(field, value.to_owned());
        self
    }

    #[must_use]
    pub fn with_problem(mut self, code: &'static str) -> Self {
        self.problem = Some(code);
        self
    }

    #[must_use]
    pub fn with_error(mut self, field: &'static str, code: &'static str) -> Self {
        self.errors.push(FieldError { field, code });
        self
    }

    /// The parsed value of a field; otherwise none, and its error is noted.
    pub fn check<T, P: MessageKey>(
        &mut self,
        field: &'static str,
        parsed: Result<T, P>,
    ) -> Option<T> {
        parsed.map_err(|problem| self.errors.push(FieldError { field, code: problem.code() })).ok()
    }
}

/// A problem with a sentence in the message file.
pub trait MessageKey {
    fn code(&self) -> &'static str;
}

impl MessageKey for EmailError {
    fn code(&self) -> &'static str {
        match self {
            EmailError::Missing => "email_missing",
            EmailError::TooLong => "email_too_long",
            EmailError::Malformed => "email_malformed",
        }
    }
}

impl MessageKey for NameError {
    fn code(&self) -> &'static str {
        match self {
            NameError::Missing => "name_missing",
            NameError::TooLong => "name_too_long",
            NameError::Forbidden => "name_forbidden",
        }
    }
}

impl MessageKey for PasswordError {
    fn code(&self) -> &'static str {
        match self {
            PasswordError::Missing => "password_missing",
            PasswordError::TooShort => "password_too_short",
            PasswordError::TooLong => "password_too_long",
            PasswordError::Forbidden => "password_forbidden",
            PasswordError::Common => "password_common",
        }
    }
}
