//! The tokens of a session.

use super::Sessions;
use crate::accounts::Fault;
use crate::domain::account::Role;
use crate::domain::claims::{AccessClaims, RefreshClaims};
use crate::domain::session::Session;
use crate::domain::{Span, Time};
use crate::token::{AccessToken, RefreshToken};

/// Both tokens of a session, of its current generation.
#[derive(Clone, Debug)]
pub struct TokenPair {
    pub access: AccessToken,
    pub refresh: RefreshToken,
    pub claims: AccessClaims,
    /// When the refresh token expires if it is not used.
    pub refresh_expires_at: Time,
    pub issued_at: Time,
    /// How long a browser keeps them; none means until it is closed.
    pub keep_for: Option<Span>,
}

impl Sessions {
    /// Fails if there are no keys to sign with. Called before a session is started, because it
    /// could not be used without tokens.
    pub(in crate::accounts) fn check_signing(&self) -> Result<(), Fault> {
        self.keys.check_signing()
    }

    /// Signs the current tokens of a session.
    pub(in crate::accounts) fn issue(
        &self,
        session: &Session,
        role: Role,
        now: Time,
    ) -> Result<TokenPair, Fault> {
        let claims = AccessClaims::of(session, role, now, self.policy.lifetimes.access);
        let (access, refresh) = self.keys.sign(&claims, &RefreshClaims::of(session), now)?;
        Ok(TokenPair {
            access,
            refresh,
            claims,
            refresh_expires_at: session.idle_expires_at,
            issued_at: now,
            keep_for: session.persistent.then_some(session.expires_at - now),
        })
    }
}
