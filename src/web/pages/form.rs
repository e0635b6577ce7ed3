//! Forms: what was typed, what is wrong with it, and the form shown again.

use crate::web::requests::fields::FieldErrors;
use serde::Serialize;
use std::collections::BTreeMap;

/// A form as it is shown: values kept, errors beside their fields. A password has no way in here, so it is never put back.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FormState {
    values: BTreeMap<&'static str, String>,
    errors: FieldErrors,
    /// What is wrong with the form as a whole.
    problem: Option<&'static str>,
}

impl FormState {
    /// Keeps what was typed, to show it again.
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
