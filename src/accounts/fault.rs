//! What went wrong on our side.

use crate::store::StoreFault;
use crate::token::KeyringError;

/// A bug or an outage, never the caller's doing: answered 503 or 500, and logged once, at the edge.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error(transparent)]
    Keys(#[from] KeyringError),
    /// Neither valid nor invalid: the key a token names could not be looked up.
    #[error("a token could not be judged: the key it names could not be looked up")]
    Undecided,
    /// More work than can be done in good time.
    #[error("too many {0}")]
    Overloaded(&'static str),
    #[error("the cryptographic library failed in {0}")]
    Crypto(&'static str),
}
