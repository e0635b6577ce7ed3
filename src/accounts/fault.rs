//! Bugs and outages.

use crate::domain::Span;
use crate::store::StoreFault;
use crate::token::KeyringError;

/// A bug or an outage, never an error of the caller: answered 503 or 500, and logged once, at the
/// edge.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error(transparent)]
    Keys(#[from] KeyringError),
    /// It is not known whether a token is valid: its key could not be looked up.
    #[error("a token could not be verified: the key it names could not be looked up")]
    Undecided,
    /// There is more work than can be done in time.
    #[error("too many {0}")]
    Overloaded(&'static str),
    /// A session is refreshed so often that it is not looked up, so it is not known whether it is
    /// alive. How long to wait.
    #[error("too many refreshes of one session or from one network")]
    TooManyRefreshes(Span),
    #[error("the cryptographic library failed in {0}")]
    Crypto(&'static str),
}

impl Fault {
    /// Whether it is one of many with the same cause, which is in the log already.
    #[must_use]
    pub fn is_logged(&self) -> bool {
        matches!(self, Fault::Store(fault) if fault.is_logged())
    }
}
