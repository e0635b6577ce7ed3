//! What a server decides for the keys it signs with. The operator's commands find it in the records: they may run with other settings.

use super::keys::key_of;
use super::{Accounts, Fault};
use crate::domain::Time;
use crate::domain::key::{Algorithm, KeyPurpose, KeyRecord, KeyState};
use crate::store::{self, StoreFault, Tx};
use crate::token::KeyKind;

impl Accounts {
    /// Sees to it that the keys fit the settings of this server: they verify for as long as its access tokens live, and the next rotation
    /// brings its algorithm. The active key keeps its own until then.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn reconcile_settings(&self, algorithm: Algorithm) -> Result<(), Fault> {
        let (now, life, keys) = (self.clock.now(), self.lifetimes.access, self.keys().await?);
        let mut signing = keys
            .iter()
            .filter(|key| key.purpose == KeyPurpose::Access && key.state != KeyState::Retiring);
        if signing.any(|key| key.token_life < life) {
            self.store.write(move |tx| store::keys::raise_max_lifetime(tx, life)).await?;
        }
        if other_than(algorithm, &keys, KeyState::Next).is_some() {
            self.replace_next(algorithm, now).await?;
        }
        if let Some(active) = other_than(algorithm, &keys, KeyState::Active) {
            let (now, then) = (active.algorithm.into_str(), algorithm.into_str());
            tracing::warn!(
                "access tokens are signed with {now} until `vestibule keys rotate`, then with {then}"
            );
        }
        Ok(())
    }

    /// Replaces the waiting key of access tokens, which has signed nothing yet.
    async fn replace_next(&self, algorithm: Algorithm, now: Time) -> Result<(), Fault> {
        let kind = KeyKind { purpose: KeyPurpose::Access, algorithm, state: KeyState::Next };
        let fresh = self.codec.keys().make(kind, now)?;
        // Another process that starts now may have been faster.
        let replace = move |tx: &mut Tx<'_>, keys: &[KeyRecord]| -> Result<(), StoreFault> {
            let Some(unused) = other_than(algorithm, keys, KeyState::Next) else { return Ok(()) };
            store::keys::delete(tx, &unused.id)?;
            store::keys::insert(tx, &KeyRecord { token_life: unused.token_life, ..fresh })
        };
        self.change_keys(now, replace).await?;
        self.key_feed.catch_up(now).await
    }
}

/// The key of access tokens in this state, if it is of another algorithm.
fn other_than(algorithm: Algorithm, keys: &[KeyRecord], state: KeyState) -> Option<&KeyRecord> {
    key_of(keys, KeyPurpose::Access, state).filter(|key| key.algorithm != algorithm)
}
