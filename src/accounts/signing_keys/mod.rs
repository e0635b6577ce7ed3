//! Signing keys: signing and verifying tokens, and rotating, retiring and resealing the keys.

mod open;
mod reconcile;
mod reload;
mod restored;
mod rotate;
mod sync;
mod verify;

pub use open::KeySettings;
pub use rotate::{KeyRotation, RetireOutcome};
pub use verify::VerifyError;

use super::Fault;
use crate::clock::Clock;
use crate::domain::Time;
use crate::domain::claims::{AccessClaims, RefreshClaims};
use crate::domain::lifetimes::Lifetimes;
use crate::domain::new_id;
use crate::store::Store;
use crate::token::{AccessToken, Codec, PublicKey, RefreshToken};
use reload::Reload;
use std::sync::Arc;

/// The signing keys of access and refresh tokens.
pub struct SigningKeys {
    store: Store,
    codec: Arc<Codec>,
    clock: Clock,
    lifetimes: Lifetimes,
    reload: Reload,
}

impl SigningKeys {
    /// The public keys of access tokens, for other services.
    #[must_use]
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.codec.public_keys()
    }

    /// Fails if there is no active key for one of the two tokens.
    pub(super) fn check_signing(&self) -> Result<(), Fault> {
        Ok(self.codec.keys().ring().check_signing()?)
    }

    pub(super) fn sign_access(
        &self,
        claims: &AccessClaims,
        now: Time,
    ) -> Result<AccessToken, Fault> {
        Ok(self.codec.sign_access(claims, new_id(now))?)
    }

    pub(super) fn sign_refresh(&self, claims: &RefreshClaims) -> Result<RefreshToken, Fault> {
        Ok(self.codec.sign_refresh(claims)?)
    }
}
