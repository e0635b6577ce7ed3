//! The errors of a request's fields, as codes; each code has a message.

use crate::texts::Language;
use crate::web::texts;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// All errors, in the order of the fields.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FieldErrors(Vec<FieldError>);

#[derive(Clone, Debug, Serialize)]
struct FieldError {
    field: Cow<'static, str>,
    code: &'static str,
}

impl FieldErrors {
    pub fn of(field: impl Into<Cow<'static, str>>, code: &'static str) -> Self {
        Self(vec![FieldError { field: field.into(), code }])
    }

    /// The parsed value; if there is none, its error is added by its code.
    pub fn check<T, E: Into<&'static str>>(
        &mut self,
        field: &'static str,
        parsed: Result<T, E>,
    ) -> Option<T> {
        parsed
            .map_err(|error| self.0.push(FieldError { field: field.into(), code: error.into() }))
            .ok()
    }

    /// Only the errors with these codes.
    #[must_use]
    pub fn only(mut self, codes: &[&str]) -> Self {
        self.0.retain(|error| codes.contains(&error.code));
        self
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages of each field.
    pub fn sentences(&self, language: &Language) -> BTreeMap<String, Vec<String>> {
        let mut sentences: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for FieldError { field, code } in &self.0 {
            let sentence = language.text(&texts::of_code(code));
            sentences.entry(field.clone().into_owned()).or_default().push(sentence);
        }
        sentences
    }
}
