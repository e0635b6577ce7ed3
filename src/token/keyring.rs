//! The keys to sign and verify with, as of one moment.

use super::material::{self, Material};
use super::seal::Sealer;
use crate::domain::key::{Algorithm, KeyPurpose, KeyRecord, KeyState};
use crate::domain::{Span, Time};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use serde::Serialize;
use std::sync::Arc;
use strum::VariantArray;

/// A key, pinned to one algorithm.
pub struct SigningKey {
    pub id: String,
    pub purpose: KeyPurpose,
    pub algorithm: Algorithm,
    pub material: Material,
}

/// All keys with their states. A lookup names the purpose, so that neither token can pass for the
/// other. Invariant: at most one active key per purpose, and unique ids.
pub struct Keyring {
    keys: Vec<(KeyState, Arc<SigningKey>)>,
    /// Ids of the stored keys that could not be opened, and why.
    unopenable: Vec<(String, KeyringError)>,
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
    #[error("signing key {0} is too weak, damaged or of another algorithm")]
    Unusable(String),
    #[error("the database holds two signing keys with the id {0}")]
    DuplicateId(String),
    #[error("there is no active signing key for {} tokens", .0.into_str())]
    NoneActive(KeyPurpose),
    #[error("the database holds two active signing keys for {} tokens", .0.into_str())]
    TwoActive(KeyPurpose),
    #[error(
        "a token names a signing key that this process could not open: restart it with the secret the keys are sealed under"
    )]
    UnopenableKey,
    #[error("the cryptographic library failed, perhaps for lack of randomness")]
    Crypto,
}

impl Keyring {
    /// Opens the stored keys; all of them must open.
    pub fn open(records: &[KeyRecord], sealer: &Sealer) -> Result<Self, KeyringError> {
        let opened =
            |record: &KeyRecord| Ok((record.state, Arc::new(SigningKey::open(record, sealer)?)));
        let ring =
            Self::of(records.iter().map(opened).collect::<Result<Vec<_>, _>>()?, Vec::new())?;
        ring.check_signing()?;
        Ok(ring)
    }

    /// The keys as stored now, and no others: one that is gone may have been deleted in an
    /// emergency. A known key is not opened again, because the secret may have changed under a
    /// running process. A key that does not open is remembered as such.
    pub fn next(&self, records: &[KeyRecord], sealer: &Sealer) -> Result<Self, KeyringError> {
        let (mut keys, mut unopenable) = (Vec::new(), Vec::new());
        for record in records {
            match self
                .known(record)
                .map_or_else(|| SigningKey::open(record, sealer).map(Arc::new), Ok)
            {
                Ok(key) => keys.push((record.state, key)),
                Err(error) => unopenable.push((record.id.clone(), error)),
            }
        }
        Self::of(keys, unopenable)
    }

    fn of(
        keys: Vec<(KeyState, Arc<SigningKey>)>,
        unopenable: Vec<(String, KeyringError)>,
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
                return Err(KeyringError::DuplicateId(key.id.clone()));
            }
        }
        Ok(Self { keys, unopenable })
    }

    fn known(&self, record: &KeyRecord) -> Option<Arc<SigningKey>> {
        let same = |key: &SigningKey| {
            key.id == record.id
                && key.purpose == record.purpose
                && key.algorithm == record.algorithm
        };
        self.keys.iter().map(|(_, key)| key).find(|key| same(key)).cloned()
    }

    /// The errors of keys that do not open here, but were not reported by an older ring.
    pub fn newly_unopenable<'r>(
        &'r self,
        older: &'r Self,
    ) -> impl Iterator<Item = &'r KeyringError> {
        self.unopenable.iter().filter(|key| !older.unopenable.contains(key)).map(|(_, error)| error)
    }

    /// Whether a stored key with this id could not be opened.
    pub fn is_unopenable(&self, id: &str) -> bool {
        self.unopenable.iter().any(|(key, _)| key == id)
    }

    /// Whether there is a key to sign with for each purpose.
    pub fn check_signing(&self) -> Result<(), KeyringError> {
        KeyPurpose::VARIANTS.iter().try_for_each(|purpose| self.signing(*purpose).map(drop))
    }

    /// The key that signs tokens of this purpose.
    pub fn signing(&self, purpose: KeyPurpose) -> Result<&SigningKey, KeyringError> {
        let active = self
            .keys
            .iter()
            .find(|(state, key)| *state == KeyState::Active && key.purpose == purpose);
        active.map(|(_, key)| &**key).ok_or(KeyringError::NoneActive(purpose))
    }

    /// The key with this id, if it is for this purpose.
    pub fn verifying(&self, purpose: KeyPurpose, id: &str) -> Option<&SigningKey> {
        self.keys.iter().map(|(_, key)| &**key).find(|key| key.purpose == purpose && key.id == id)
    }

    /// The public keys of access tokens. The next key is included, so that services know a key
    /// before it signs.
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

/// The kind of a new key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyKind {
    pub purpose: KeyPurpose,
    pub algorithm: Algorithm,
    pub state: KeyState,
}

/// Generates and seals a key.
pub fn new_key(kind: KeyKind, sealer: &Sealer, now: Time) -> Result<KeyRecord, KeyringError> {
    let clear = material::generate(kind.algorithm).map_err(|_| KeyringError::Crypto)?;
    let material = material::open(kind.algorithm, &clear).ok_or(KeyringError::Crypto)?;
    let id = match material.public_jwk(kind.algorithm) {
        Some(jwk) => material::thumbprint(&jwk).ok_or(KeyringError::Crypto)?,
        // Not the thumbprint: it would be a hash of the secret.
        None => random_id()?,
    };
    sealed(id, kind, &clear, sealer, now)
}

/// The material of a key, sealed under another secret.
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

/// The label a key is sealed for, so that an edited database row cannot make one key pass for
/// another.
fn label(purpose: KeyPurpose, id: &str, algorithm: Algorithm) -> String {
    format!("{} {} {id}", purpose.into_str(), algorithm.into_str())
}

#[cfg(test)]
#[path = "keyring_tests.rs"]
mod tests;
