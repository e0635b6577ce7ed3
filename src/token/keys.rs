//! The keyring as it changes under a running process.

use super::keyring::{KeyKind, Keyring, KeyringError, new_key, reseal};
use super::seal::{Sealer, Secret};
use crate::domain::Time;
use crate::domain::key::KeyRecord;
use std::sync::{Arc, PoisonError, RwLock};

/// The keys of this moment, and what opens and makes others.
pub struct Keys {
    sealer: Sealer,
    ring: RwLock<Arc<Keyring>>,
}

impl Keys {
    /// # Errors
    /// `KeyringProblem`.
    pub fn open(records: &[KeyRecord], sealer: Sealer) -> Result<Self, KeyringError> {
        let ring = RwLock::new(Arc::new(Keyring::open(records, &sealer)?));
        Ok(Self { sealer, ring })
    }

    /// The keys of this moment.
    pub fn ring(&self) -> Arc<Keyring> {
        // It is replaced whole: a panic elsewhere leaves no half-written one.
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over the keys as they are stored now; which of them cannot be opened, unless that was told before.
    ///
    /// # Errors
    /// When the records contradict each other: the keys stay as they were.
    pub fn follow(&self, records: &[KeyRecord]) -> Result<Vec<KeyringError>, KeyringError> {
        let older = self.ring();
        let ring = older.next(records, &self.sealer)?;
        let problems = ring.newly_left_out(&older).cloned().collect();
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        Ok(problems)
    }

    /// Makes a key, sealed under the secret of this process.
    ///
    /// # Errors
    /// `KeyringProblem::Crypto`.
    pub fn make(&self, kind: KeyKind, now: Time) -> Result<KeyRecord, KeyringError> {
        new_key(kind, &self.sealer, now)
    }

    /// Whether these keys are sealed under the secret of this process, so that another may be put beside them.
    ///
    /// # Errors
    /// `KeyringProblem`, for the first key that does not open.
    pub fn check_secret(&self, records: &[KeyRecord]) -> Result<(), KeyringError> {
        Keyring::open(records, &self.sealer).map(drop)
    }

    /// What these keys look like under another secret: each id with its sealed material.
    ///
    /// # Errors
    /// `KeyringProblem`, for the first key that does not open.
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
