//! The pair of tokens a session is carried by.

use super::{Accounts, Fault};
use crate::domain::account::Role;
use crate::domain::claims::{AccessClaims, RefreshClaims};
use crate::domain::session::Session;
use crate::domain::{Span, Time};
use crate::token::{AccessToken, RefreshToken};

/// Both tokens of a session in its current generation.
#[derive(Clone, Debug)]
pub struct TokenPair {
    pub access: AccessToken,
    pub refresh: RefreshToken,
    pub claims: AccessClaims,
    /// Until when the refresh token is good without a renewal.
    pub refresh_until: Time,
    pub issued_at: Time,
    /// How long a browser should keep them; none: until it is closed.
    pub keep_for: Option<Span>,
}

impl Accounts {
    /// Whether there are keys to sign with: asked before a session is started, which nobody could hold otherwise.
    pub(super) fn check_signing(&self) -> Result<(), Fault> {
        Ok(self.codec.keys().ring().check_signing()?)
    }

    pub(super) fn issue(
        &self,
        session: &Session,
        role: Role,
        now: Time,
    ) -> Result<TokenPair, Fault> {
        let claims = AccessClaims::of(session, role, now, self.lifetimes.access);
        let access = self.codec.sign_access(&claims, self.new_id())?;
        let refresh = self.codec.sign_refresh(&RefreshClaims::of(session))?;
        Ok(TokenPair {
            access,
            refresh,
            claims,
            refresh_until: session.idle_expires_at,
            issued_at: now,
            keep_for: session.persistent.then_some(session.expires_at - now),
        })
    }
}
