//! Access tokens that died before their time.

use super::Time;
use super::session::{Generation, SessionId};

/// Access tokens of this session up to this generation are dead. Kept until the last of them has expired by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    pub session_id: SessionId,
    pub generation: Generation,
    pub until: Time,
}

impl Revocation {
    /// All access tokens of a session that has ended.
    #[must_use]
    pub fn of_ended(session_id: SessionId, until: Time) -> Self {
        Self { session_id, generation: Generation::MAX, until }
    }
}
