//! Access tokens revoked before they expired.

use super::Time;
use super::session::{Generation, SessionId};

/// Which access tokens of a session are revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RevokedTokens {
    /// Those up to this generation may name a role the account no longer has: its record decides.
    UpTo(Generation),
    /// All: the session has ended.
    All,
}

impl RevokedTokens {
    /// Whether a token of this generation is among them.
    #[must_use]
    pub fn include(self, generation: Generation) -> bool {
        match self {
            RevokedTokens::UpTo(last) => generation <= last,
            RevokedTokens::All => true,
        }
    }
}

/// A revocation. Kept until the last of the tokens has expired by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    pub session_id: SessionId,
    pub tokens: RevokedTokens,
    pub until: Time,
}
