//! The keys we sign and verify with, as they stand at one moment.

use super::material::{self, Material};
use super::seal::Sealer;
use crate::domain::key::{Algorithm, KeyPurpose, KeyRecord, KeyState};
use crate::domain::{Span, Time};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use serde::Serialize;
use std::sync::Arc;
use strum::VariantArray;

/// A key with the one algorithm it is pinned to.
pub struct SigningKey {
    pub id: String,
    pub purpose: KeyPurpose,
    pub algorithm: Algorithm,
    pub material: Material,
}

/// All keys, each with its state. Those of one purpose are never found for the other, so neither token can pass for the other.
/// Invariant: at most one active key for each purpose, and each id once.
pub struct Keyring {
    keys: Vec<(KeyState, Arc<SigningKey>)>,
    /// The ids of stored keys that could not be opened, and why.
    left_out: Vec<(String, KeyringError)>,
}

/// A public key as a JWK (RFC 7517, RFC 8037).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct PublicKey(Jwk);

/// Why the stored keys cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    #[error("signing key {0} in the database was sealed under another secret")]
    OtherSecret(String),
    #[error("signing key {0} is too weak, damaged, or not of its algorithm")]
    Unusable(String),
    #[error("the database holds two signing keys with the id {0}")]
    Twice(String),
    #[error("there is no active signing key for {} tokens", .0.into_str())]
    NoneActive(KeyPurpose),
    #[error("the database holds two active signing keys for {} tokens", .0.into_str())]
    TwoActive(KeyPurpose),
    #[error(
        "a token names a signing key that this process could not open: restart it with the secret the keys are sealed under"
    )]
    LeftOut,
    #[error("the cryptographic library failed: no randomness?")]
    Crypto,
}

impl Keyring {
    /// Opens the stored keys.
    ///
    /// # Errors
    /// `KeyringProblem`, for the first key that cannot be used.
    pub fn open(records: &[KeyRecord], sealer: &Sealer) -> Result<Self, KeyringError> {
        let opened =
            |record: &KeyRecord| Ok((record.state, Arc::new(SigningKey::open(record, sealer)?)));
        let ring =
            Self::of(records.iter().map(opened).collect::<Result<Vec<_>, _>>()?, Vec::new())?;
        ring.check_signing()?;
        Ok(ring)
    }

    /// The keys as they are stored now, and no others: what is no longer stored may have been dropped in an emergency. One that is
    /// known is not opened again: the secret may have been changed under a running process. One that cannot be opened is left out.
    ///
    /// # Errors
    /// When the records contradict each other.
    pub fn next(&self, records: &[KeyRecord], sealer: &Sealer) -> Result<Self, KeyringError> {
        let (mut keys, mut left_out) = (Vec::new(), Vec::new());
        for record in records {
            match self
                .known(record)
                .map_or_else(|| SigningKey::open(record, sealer).map(Arc::new), Ok)
            {
                Ok(key) => keys.push((record.state, key)),
                Err(problem) => left_out.push((record.id.clone(), problem)),
            }
        }
        Self::of(keys, left_out)
    }

    fn of(
        keys: Vec<(KeyState, Arc<SigningKey>)>,
        left_out: Vec<(String, KeyringError)>,
    ) -> Result<Self, KeyringError> {
        for purpose in KeyPurpose::VARIANTS {
            if keys
                .iter()
                .filter(|(state, key)| *state == KeyState::Active && key.purpose == *purpose)
                .count()
                > 1
            {
                return Err(KeyringError::TwoActive(*purpose));
            }
        }
        for (i, (_, key)) in keys.iter().enumerate() {
            if keys.iter().skip(i + 1).any(|(_, other)| other.id == key.id) {
                return Err(KeyringError::Twice(key.id.clone()));
            }
        }
        Ok(Self { keys, left_out })
    }

    fn known(&self, record: &KeyRecord) -> Option<Arc<SigningKey>> {
        let same = |key: &SigningKey| {
            key.id == record.id
                && key.purpose == record.purpose
                && key.algorithm == record.algorithm
        };
        self.keys.iter().map(|(_, key)| key).find(|key| same(key)).cloned()
    }

    /// What is left out of this ring and was not of an older one.
    pub fn newly_left_out<'r>(&'r self, older: &'r Self) -> impl Iterator<Item = &'r KeyringError> {
        self.left_out
            .iter()
            .filter(|left| !older.left_out.contains(left))
            .map(|(_, problem)| problem)
    }

    /// Whether a stored key with this id could not be opened.
    pub fn leaves_out(&self, id: &str) -> bool {
        self.left_out.iter().any(|(left, _)| left == id)
    }

    /// Whether there is a key to sign with for each purpose.
    ///
    /// # Errors
    /// `NoneActive`.
    pub fn check_signing(&self) -> Result<(), KeyringError> {
        KeyPurpose::VARIANTS.iter().try_for_each(|purpose| self.signing(*purpose).map(drop))
    }

    /// The key that signs tokens of this purpose.
    ///
    /// # Errors
    /// `NoneActive`.
    pub fn signing(&self, purpose: KeyPurpose) -> Result<&SigningKey, KeyringError> {
        let active = self
            .keys
            .iter()
            .find(|(state, key)| *state == KeyState::Active && key.purpose == purpose);
        active.map(|(_, key)| &**key).ok_or(KeyringError::NoneActive(purpose))
    }

    /// The key a token names, if it is one of ours for this purpose.
    pub fn verifying(&self, purpose: KeyPurpose, id: &str) -> Option<&SigningKey> {
        self.keys.iter().map(|(_, key)| &**key).find(|key| key.purpose == purpose && key.id == id)
    }

    /// The public halves of the keys of access tokens, those included that will sign next: whoever verifies knows a key before it signs.
    pub fn public_access_keys(&self) -> Vec<PublicKey> {
        let access =
            self.keys.iter().map(|(_, key)| key).filter(|key| key.purpose == KeyPurpose::Access);
        access.filter_map(|key| PublicKey::of(key)).collect()
    }
}

impl PublicKey {
    /// None for a symmetric key, which has no public half.
    fn of(key: &SigningKey) -> Option<Self> {
        let mut jwk = key.material.public_jwk(key.algorithm)?;
        jwk.common.key_id = Some(key.id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Some(Self(jwk))
    }
}

impl SigningKey {
    fn open(record: &KeyRecord, sealer: &Sealer) -> Result<Self, KeyringError> {
        let KeyRecord { id, purpose, algorithm, sealed, .. } = record;
        let clear = sealer.open(&label(*purpose, id, *algorithm), sealed);
        let clear = clear.map_err(|_| KeyringError::OtherSecret(id.clone()))?;
        let material =
            material::open(*algorithm, &clear).ok_or_else(|| KeyringError::Unusable(id.clone()))?;
        Ok(Self { id: id.clone(), purpose: *purpose, algorithm: *algorithm, material })
    }
}

/// What a new key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyKind {
    pub purpose: KeyPurpose,
    pub algorithm: Algorithm,
    pub state: KeyState,
}

/// Makes a key and seals it.
///
/// # Errors
/// `KeyringProblem::Crypto`.
pub fn new_key(kind: KeyKind, sealer: &Sealer, now: Time) -> Result<KeyRecord, KeyringError> {
    let clear = material::make(kind.algorithm).map_err(|_| KeyringError::Crypto)?;
    let material = material::open(kind.algorithm, &clear).ok_or(KeyringError::Crypto)?;
    let id = match material.public_jwk(kind.algorithm) {
        Some(jwk) => material::thumbprint(&jwk).ok_or(KeyringError::Crypto)?,
        // Not the thumbprint: it would be a hash of the secret.
        None => random_id()?,
    };
    sealed(id, kind, &clear, sealer, now)
}

/// The record of a key under another secret.
///
/// # Errors
/// `KeyringProblem`.
pub fn reseal(record: &KeyRecord, old: &Sealer, new: &Sealer) -> Result<Vec<u8>, KeyringError> {
    let label = label(record.purpose, &record.id, record.algorithm);
    let clear = old
        .open(&label, &record.sealed)
        .map_err(|_| KeyringError::OtherSecret(record.id.clone()))?;
    new.seal(&label, &clear).map_err(|_| KeyringError::Crypto)
}

fn random_id() -> Result<String, KeyringError> {
    let mut id = [0u8; 16];
    getrandom::fill(&mut id).map_err(|_| KeyringError::Crypto)?;
    Ok(BASE64URL_NOPAD.encode(&id))
}

fn sealed(
    id: String,
    kind: KeyKind,
    clear: &[u8],
    sealer: &Sealer,
    now: Time,
) -> Result<KeyRecord, KeyringError> {
    let KeyKind { purpose, algorithm, state } = kind;
    let material =
        sealer.seal(&label(purpose, &id, algorithm), clear).map_err(|_| KeyringError::Crypto)?;
    Ok(KeyRecord {
        id,
        purpose,
        algorithm,
        state,
        sealed: material,
        created_at: now,
        retires_at: None,
        max_token_lifetime: Span::zero(),
    })
}

/// What a key is sealed for: nobody can make one key pass for another by editing the database.
fn label(purpose: KeyPurpose, id: &str, algorithm: Algorithm) -> String {
    format!("{} {} {id}", purpose.into_str(), algorithm.into_str())
}

#[cfg(test)]
#[path = "keyring_tests.rs"]
mod tests;
