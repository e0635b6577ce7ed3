//! What is wrong with a configuration.

use std::fmt;

/// All errors of a configuration; each says what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<String>);

impl ConfigErrors {
    pub fn push(&mut self, error: impl Into<String>) {
        self.0.push(error.into());
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Vestibule did not start. Correct the configuration:")?;
        self.0.iter().try_for_each(|error| writeln!(f, "  - {error}"))
    }
}
