//! The state of a form that is shown again: what was typed, and what is wrong with it.

use crate::accounts::TooManyAttempts;
use crate::web::errors::refusal::seconds;
use crate::web::requests::fields::FieldErrors;
use serde::Serialize;
use std::collections::BTreeMap;

/// The values of a form and the errors of its fields. Passwords are never added, so they are never
/// sent back.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FormState {
    values: BTreeMap<&'static str, String>,
    errors: FieldErrors,
    /// An error that concerns the whole form.
    problem: Option<&'static str>,
    /// Its argument `$minutes`: how long to wait.
    minutes: Option<u32>,
}

impl FormState {
    /// Keeps a value, to show it again.
    #[must_use]
    pub fn keep(mut self, field: &'static str, value: &str) -> Self {
        self.values.insert(field, value.to_owned());
        self
    }

    #[must_use]
    pub fn with_problem(mut self, key: &'static str) -> Self {
        self.problem = Some(key);
        self
    }

    /// A problem that a wait solves.
    #[must_use]
    pub fn with_wait(self, key: &'static str, TooManyAttempts { wait }: TooManyAttempts) -> Self {
        Self { minutes: Some(seconds(wait).div_ceil(60)), ..self.with_problem(key) }
    }

    #[must_use]
    pub fn with_error(self, field: &'static str, key: &'static str) -> Self {
        self.with_errors(FieldErrors::of(field, key))
    }

    #[must_use]
    pub fn with_errors(mut self, errors: FieldErrors) -> Self {
        self.errors = errors;
        self
    }
}
