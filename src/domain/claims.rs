//! The claims of our tokens.

use super::account::{AccountId, Role};
use super::authentication_method::AuthenticationMethods;
use super::rotation::Presented;
use super::session::{Generation, Leaf, Session, SessionId};
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

/// The claims of a refresh token: a session in a generation, and which of its tokens this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshClaims {
    pub account_id: AccountId,
    pub session_id: SessionId,
    pub generation: Generation,
    pub leaf: Leaf,
    pub issued_at: Time,
    pub expires_at: Time,
}

impl RefreshClaims {
    /// A new refresh token of a session, of its current generation.
    #[must_use]
    pub fn of(session: &Session, leaf: Leaf, now: Time) -> Self {
        Self {
            account_id: session.account_id,
            session_id: session.id,
            generation: session.generation,
            leaf,
            issued_at: now,
            expires_at: session.idle_expires_at,
        }
    }

    /// What the rotation decides on.
    #[must_use]
    pub fn presented(&self) -> Presented {
        Presented { generation: self.generation, leaf: self.leaf }
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
