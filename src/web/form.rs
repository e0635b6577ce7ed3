//! Forms: what was typed, what is wrong with it, and the form shown again.

use crate::domain::email::EmailProblem;
use crate::domain::name::NameProblem;
use crate::domain::password::PasswordProblem;
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
    pub fn check<T, P: Coded>(&mut self, field: &'static str, parsed: Result<T, P>) -> Option<T> {
        parsed.map_err(|problem| self.errors.push(FieldError { field, code: problem.code() })).ok()
    }
}

/// A problem with a sentence in the message file.
pub trait Coded {
    fn code(&self) -> &'static str;
}

impl Coded for EmailProblem {
    fn code(&self) -> &'static str {
        match self {
            EmailProblem::Missing => "email_missing",
            EmailProblem::TooLong => "email_too_long",
            EmailProblem::Malformed => "email_malformed",
        }
    }
}

impl Coded for NameProblem {
    fn code(&self) -> &'static str {
        match self {
            NameProblem::Missing => "name_missing",
            NameProblem::TooLong => "name_too_long",
            NameProblem::Forbidden => "name_forbidden",
        }
    }
}

impl Coded for PasswordProblem {
    fn code(&self) -> &'static str {
        match self {
            PasswordProblem::Missing => "password_missing",
            PasswordProblem::TooShort => "password_too_short",
            PasswordProblem::TooLong => "password_too_long",
            PasswordProblem::Forbidden => "password_forbidden",
            PasswordProblem::Common => "password_common",
        }
    }
}
