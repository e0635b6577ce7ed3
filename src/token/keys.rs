//! The keyring of a running process, reloaded when the stored keys change.

use super::keyring::{KeyKind, Keyring, KeyringError, new_key, reseal};
use super::seal::{Sealer, Secret};
use crate::domain::Time;
use crate::domain::key::KeyRecord;
use std::sync::{Arc, PoisonError, RwLock};

/// The current keys, and what opens and generates keys.
pub struct Keys {
    sealer: Sealer,
    ring: RwLock<Arc<Keyring>>,
}

impl Keys {
    pub fn open(records: &[KeyRecord], sealer: Sealer) -> Result<Self, KeyringError> {
        let ring = RwLock::new(Arc::new(Keyring::open(records, &sealer)?));
        Ok(Self { sealer, ring })
    }

    /// The current keys.
    pub fn ring(&self) -> Arc<Keyring> {
        // The ring is replaced whole, so a panic elsewhere leaves it intact.
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the keys by those stored now; returns the errors of those that do not open, each
    /// once. If the records contradict each other, the keys stay as they are.
    pub fn reload(&self, records: &[KeyRecord]) -> Result<Vec<KeyringError>, KeyringError> {
        let older = self.ring();
        let ring = older.next(records, &self.sealer)?;
        let errors = ring.newly_unopenable(&older).cloned().collect();
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        Ok(errors)
    }

    /// Generates a key, sealed under the secret of this process.
    pub fn generate(&self, kind: KeyKind, now: Time) -> Result<KeyRecord, KeyringError> {
        new_key(kind, &self.sealer, now)
    }

    /// Checks that these keys are sealed under the secret of this process, before a new key is
    /// stored beside them.
    pub fn check_secret(&self, records: &[KeyRecord]) -> Result<(), KeyringError> {
        Keyring::open(records, &self.sealer).map(drop)
    }

    /// These keys sealed under another secret: each id with its material.
    pub fn resealed(
        &self,
        records: &[KeyRecord],
        secret: &Secret,
    ) -> Result<Vec<(String, Vec<u8>)>, KeyringError> {
        let new = Sealer::new(secret).map_err(|_| KeyringError::Crypto)?;
        records
            .iter()
            .map(|record| Ok((record.id.clone(), reseal(record, &self.sealer, &new)?)))
            .collect()
    }
}
