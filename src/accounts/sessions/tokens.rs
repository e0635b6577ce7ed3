//! The tokens of a session.

use super::Sessions;
use crate::accounts::Fault;
use crate::domain::account::Role;
use crate::domain::claims::{AccessClaims, RefreshClaims};
use crate::domain::session::{Leaf, Session};
use crate::domain::{Span, Time};
use crate::token::{AccessToken, RefreshToken};

/// Both tokens of a session, of its current generation.
#[derive(Clone, Debug)]
pub struct TokenPair {
    pub access: AccessToken,
    pub refresh: RefreshToken,
    /// Whether the refresh token is the presented one. Then the browser has it already, and setting
    /// it again could overwrite a newer one.
    pub refresh_is_kept: bool,
    /// The device token, after a completed sign-in.
    pub device: Option<String>,
    pub claims: AccessClaims,
    /// When the refresh token expires if it is not used.
    pub refresh_expires_at: Time,
    pub issued_at: Time,
    /// How long a browser keeps them; none means until it is closed.
    pub keep_for: Option<Span>,
}

impl TokenPair {
    /// The same tokens, with the token of the device that they are for.
    #[must_use]
    pub(in crate::accounts) fn on_device(self, token: String) -> Self {
        Self { device: Some(token), ..self }
    }
}

impl Sessions {
    /// Fails if there are no keys to sign with. Called before a session is started, because it
    /// could not be used without tokens.
    pub(in crate::accounts) fn check_signing(&self) -> Result<(), Fault> {
        self.keys.check_signing()
    }

    /// Signs new tokens of a session, of its current generation.
    pub(in crate::accounts) fn issue(
        &self,
        session: &Session,
        role: Role,
        now: Time,
    ) -> Result<TokenPair, Fault> {
        let refresh = self.keys.sign_refresh(&RefreshClaims::of(session, Leaf::random(), now))?;
        let tokens = self.issue_access(refresh, session, role, now)?;
        Ok(TokenPair { refresh_is_kept: false, ..tokens })
    }

    /// Signs a new access token beside the refresh token that was presented.
    pub(super) fn issue_access(
        &self,
        refresh: RefreshToken,
        session: &Session,
        role: Role,
        now: Time,
    ) -> Result<TokenPair, Fault> {
        let claims = AccessClaims::of(session, role, now, self.policy.lifetimes.access);
        Ok(TokenPair {
            access: self.keys.sign_access(&claims, now)?,
            refresh,
            refresh_is_kept: true,
            device: None,
            claims,
            refresh_expires_at: session.idle_expires_at,
            issued_at: now,
            keep_for: session.persistent.then_some(session.expires_at - now),
        })
    }
}
