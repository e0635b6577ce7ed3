//! Verifying tokens, including those of keys that another process has just created.

use super::SigningKeys;
use crate::domain::Time;
use crate::domain::claims::{AccessClaims, RefreshClaims};
use crate::token::{Codec, TokenError};

/// Why a token is not valid, or that this is undecided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token is not accepted: {self:?}")]
pub enum VerifyError {
    /// It was valid. Only access tokens expire here; for a refresh token, its session decides.
    Expired,
    Invalid,
    /// Its key could not be looked up or opened: it may be valid, so nothing must be concluded.
    Undecided,
}

impl SigningKeys {
    pub(in crate::accounts) async fn verify_access(
        &self,
        token: &str,
    ) -> Result<AccessClaims, VerifyError> {
        self.verify(|codec, now| codec.verify_access(token, now)).await
    }

    /// The claims of an access token of ours, even if it has expired.
    pub(in crate::accounts) async fn identify_access(
        &self,
        token: &str,
    ) -> Result<AccessClaims, VerifyError> {
        self.verify(|codec, now| codec.identify_access(token, now)).await
    }

    pub(in crate::accounts) async fn verify_refresh(
        &self,
        token: &str,
    ) -> Result<RefreshClaims, VerifyError> {
        self.verify(|codec, _| codec.verify_refresh(token)).await
    }

    /// A key that is still unknown after a reload does not exist: the token is invalid.
    async fn verify<C>(
        &self,
        verify: impl Fn(&Codec, Time) -> Result<C, TokenError>,
    ) -> Result<C, VerifyError> {
        let now = self.clock.now();
        let mut verified = verify(&self.codec, now);
        if matches!(verified, Err(TokenError::UnknownKey)) && self.has_reloaded().await? {
            verified = match verify(&self.codec, now) {
                Err(TokenError::UnknownKey) => Err(TokenError::Invalid),
                verified => verified,
            };
        }
        verified.map_err(|error| match error {
            TokenError::Expired => VerifyError::Expired,
            TokenError::Invalid => VerifyError::Invalid,
            TokenError::UnknownKey | TokenError::UnopenableKey => VerifyError::Undecided,
        })
    }

    async fn has_reloaded(&self) -> Result<bool, VerifyError> {
        self.reload_on_unknown_kid().await.map_err(|fault| {
            tracing::error!(%fault, "the signing keys cannot be read");
            VerifyError::Undecided
        })
    }
}
