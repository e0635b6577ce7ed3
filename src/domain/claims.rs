//! The claims of our tokens.

use super::account::{AccountId, Role};
use super::authentication_method::AuthenticationMethods;
use super::session::{Generation, Session, SessionId};
use super::{Span, Time};

/// The client our own pages and API are, in the `client_id` claim (RFC 9068 section 2.2).
pub const CLIENT_ID: &str = "vestibule";

/// The claims of a verified access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessClaims {
    pub account_id: AccountId,
    pub session_id: SessionId,
    pub generation: Generation,
    pub role: Role,
    pub issued_at: Time,
    pub expires_at: Time,
    pub authenticated_at: Time,
    pub methods: AuthenticationMethods,
}

/// The claims of a refresh token: a session in a generation. Computed from the record alone, so that
/// concurrent refreshes get the same bytes.
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
    /// A new access token of a session, valid for `lifetime` but never longer than the session.
    #[must_use]
    pub fn of(session: &Session, role: Role, now: Time, lifetime: Span) -> Self {
        Self {
            account_id: session.account_id,
            session_id: session.id,
            generation: session.generation,
            role,
            issued_at: now,
            expires_at: (now + lifetime).min(session.idle_expires_at).min(session.expires_at),
            authenticated_at: session.authenticated_at,
            methods: session.methods,
        }
    }
}
