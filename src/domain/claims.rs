//! What our tokens say.

use super::Time;
use super::account::{AccountId, Role};
use super::session::{Generation, Session, SessionId};

/// Who is asking, as a verified access token says; no database is asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessClaims {
    pub account_id: AccountId,
    pub session_id: SessionId,
    pub generation: Generation,
    pub role: Role,
    pub issued_at: Time,
    pub expires_at: Time,
    pub authenticated_at: Time,
}

/// What a refresh token names: a session in a generation. Computed from the record alone, so that everybody who may
/// have this generation gets the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshClaims {
    pub account_id: AccountId,
    pub session_id: SessionId,
    pub generation: Generation,
    pub issued_at: Time,
    pub expires_at: Time,
}

impl RefreshClaims {
    /// The current refresh token of a session.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        Self {
            account_id: session.account_id,
            session_id: session.id,
            generation: session.generation,
            issued_at: session.rotated_at,
            expires_at: session.idle_expires_at,
        }
    }
}

impl AccessClaims {
    /// A fresh access token of a session: it lives for `life`, but not longer than the session may.
    #[must_use]
    pub fn of(session: &Session, role: Role, now: Time, life: super::Span) -> Self {
        Self {
            account_id: session.account_id,
            session_id: session.id,
            generation: session.generation,
            role,
            issued_at: now,
            expires_at: (now + life).min(session.idle_expires_at).min(session.expires_at),
            authenticated_at: session.authenticated_at,
        }
    }
}
