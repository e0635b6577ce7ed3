//! The keys we sign and verify with, opened once at start.

use super::seal::Sealer;
use crate::domain::Time;
use crate::domain::key::{Algorithm, KeyPurpose, KeyRecord, KeyState};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::Serialize;
use zeroize::Zeroizing;

/// Length of an HMAC key in bytes: that of the hash, the least RFC 7518 section 3.2 allows.
const HMAC_KEY: usize = 32;

/// A key with the one algorithm it is pinned to.
pub struct SigningKey {
    pub id: String,
    pub algorithm: Algorithm,
    pub state: KeyState,
    pub encoding: EncodingKey,
    pub decoding: DecodingKey,
}

/// All keys of one purpose are kept apart from those of the other, so neither token can pass for the other.
pub struct Keyring {
    access: Vec<SigningKey>,
    refresh: Vec<SigningKey>,
}

/// A public key as a JWK (RFC 7517, RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicKey {
    pub kty: &'static str,
    pub crv: &'static str,
    pub x: String,
    pub kid: String,
    pub alg: &'static str,
    pub r#use: &'static str,
}

/// Why the stored keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringProblem {
    #[error("the signing keys in the database were sealed under another secret")]
    OtherSecret,
    #[error("signing key {0} is too weak, damaged, or of a kind this version does not support")]
    Unusable(String),
    #[error("the database holds no active signing key for {} tokens", .0.as_str())]
    NoneActive(KeyPurpose),
    #[error("the cryptographic library failed: no randomness?")]
    Crypto,
}

impl Keyring {
    /// Opens the stored keys.
    ///
    /// # Errors
    /// `KeyringProblem`, for the first key that cannot be used.
    pub fn open(records: &[KeyRecord], sealer: &Sealer) -> Result<Self, KeyringProblem> {
        let of = |purpose| -> Result<Vec<SigningKey>, KeyringProblem> {
            let keys = records.iter().filter(|record| record.purpose == purpose);
            let keys = keys.map(|record| SigningKey::open(record, sealer)).collect::<Result<Vec<_>, _>>()?;
            let active = keys.iter().filter(|key| key.state == KeyState::Active).count();
            if active == 1 { Ok(keys) } else { Err(KeyringProblem::NoneActive(purpose)) }
        };
        Ok(Self { access: of(KeyPurpose::Access)?, refresh: of(KeyPurpose::Refresh)? })
    }

    /// The key that signs tokens of this purpose.
    pub fn signing(&self, purpose: KeyPurpose) -> Option<&SigningKey> {
        self.keys(purpose).iter().find(|key| key.state == KeyState::Active)
    }

    /// The key a token names, if it is one of ours for this purpose.
    pub fn verifying(&self, purpose: KeyPurpose, id: &str) -> Option<&SigningKey> {
        self.keys(purpose).iter().find(|key| key.id == id)
    }

    /// The public halves of the keys of access tokens, those included that will sign next: whoever verifies knows a key before it signs.
    pub fn public_access_keys(&self) -> Vec<PublicKey> {
        self.access.iter().filter_map(PublicKey::of).collect()
    }

    fn keys(&self, purpose: KeyPurpose) -> &[SigningKey] {
        match purpose {
            KeyPurpose::Access => &self.access,
            KeyPurpose::Refresh => &self.refresh,
        }
    }
}

impl PublicKey {
    /// None for a symmetric key, which has no public half.
    fn of(key: &SigningKey) -> Option<Self> {
        match key.algorithm {
            Algorithm::EdDsa => Some(Self {
                kty: "OKP",
                crv: "Ed25519",
                x: BASE64URL_NOPAD.encode(key.decoding.try_get_as_bytes().ok()?),
                kid: key.id.clone(),
                alg: key.algorithm.as_str(),
                r#use: "sig",
            }),
            Algorithm::Es256 | Algorithm::Rs256 | Algorithm::Hs256 => None,
        }
    }
}

impl SigningKey {
    fn open(record: &KeyRecord, sealer: &Sealer) -> Result<Self, KeyringProblem> {
        let clear = sealer.open(&label(record.purpose, &record.id, record.algorithm), &record.sealed);
        let clear = clear.map_err(|_| KeyringProblem::OtherSecret)?;
        let unusable = || KeyringProblem::Unusable(record.id.clone());
        let (encoding, decoding) = match record.algorithm {
            Algorithm::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(&clear).map_err(|_| unusable())?;
                (EncodingKey::from_ed_der(&clear), DecodingKey::from_ed_der(pair.public_key().as_ref()))
            }
            Algorithm::Hs256 if clear.len() >= HMAC_KEY => {
                (EncodingKey::from_secret(&clear), DecodingKey::from_secret(&clear))
            }
            Algorithm::Hs256 | Algorithm::Es256 | Algorithm::Rs256 => return Err(unusable()),
        };
        Ok(Self { id: record.id.clone(), algorithm: record.algorithm, state: record.state, encoding, decoding })
    }
}

/// The keys of a new installation: an active and a next one for access tokens (EdDSA), an active one for refresh
/// tokens (HMAC, since only we ever verify them).
///
/// # Errors
/// `KeyringProblem::Crypto`.
pub fn first_keys(sealer: &Sealer, now: Time) -> Result<Vec<KeyRecord>, KeyringProblem> {
    Ok(vec![
        new_access_key(KeyState::Active, sealer, now)?,
        new_access_key(KeyState::Next, sealer, now)?,
        new_refresh_key(sealer, now)?,
    ])
}

fn new_access_key(state: KeyState, sealer: &Sealer, now: Time) -> Result<KeyRecord, KeyringProblem> {
    let random = aws_lc_rs::rand::SystemRandom::new();
    let document = Ed25519KeyPair::generate_pkcs8(&random).map_err(|_| KeyringProblem::Crypto)?;
    let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).map_err(|_| KeyringProblem::Crypto)?;
    let id = thumbprint(&DecodingKey::from_ed_der(pair.public_key().as_ref()))?;
    record(id, (KeyPurpose::Access, Algorithm::EdDsa, state), document.as_ref(), sealer, now)
}

fn new_refresh_key(sealer: &Sealer, now: Time) -> Result<KeyRecord, KeyringProblem> {
    let mut key = Zeroizing::new([0u8; HMAC_KEY]);
    let mut id = [0u8; 16];
    getrandom::fill(&mut *key).and_then(|()| getrandom::fill(&mut id)).map_err(|_| KeyringProblem::Crypto)?;
    let kind = (KeyPurpose::Refresh, Algorithm::Hs256, KeyState::Active);
    record(BASE64URL_NOPAD.encode(&id), kind, &*key, sealer, now)
}

fn record(
    id: String,
    (purpose, algorithm, state): (KeyPurpose, Algorithm, KeyState),
    clear: &[u8],
    sealer: &Sealer,
    now: Time,
) -> Result<KeyRecord, KeyringProblem> {
    let material = sealer.seal(&label(purpose, &id, algorithm), clear).map_err(|_| KeyringProblem::Crypto)?;
    Ok(KeyRecord { id, purpose, algorithm, state, sealed: material, created_at: now })
}

/// What a key is sealed for: nobody can make one key pass for another by editing the database.
fn label(purpose: KeyPurpose, id: &str, algorithm: Algorithm) -> String {
    format!("{} {} {id}", purpose.as_str(), algorithm.as_str())
}

/// The id of a public key: its thumbprint (RFC 7638).
fn thumbprint(key: &DecodingKey) -> Result<String, KeyringProblem> {
    let jwk = Jwk::from_decoding_key(key, None).map_err(|_| KeyringProblem::Crypto)?;
    jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| KeyringProblem::Crypto)
}

#[cfg(test)]
mod tests {
    use super::super::seal::Secret;
    use super::*;

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(&Secret::new(vec![byte; 32])).unwrap()
    }

    #[test]
    fn first_keys_open_again_under_their_secret_only() {
        let records = first_keys(&sealer(1), Time::UNIX_EPOCH).unwrap();
        let keyring = Keyring::open(&records, &sealer(1)).unwrap();
        assert_eq!(keyring.signing(KeyPurpose::Access).unwrap().algorithm, Algorithm::EdDsa);
        assert_eq!(keyring.signing(KeyPurpose::Refresh).unwrap().algorithm, Algorithm::Hs256);
        assert!(matches!(Keyring::open(&records, &sealer(2)), Err(KeyringProblem::OtherSecret)));
    }

    #[test]
    fn a_key_of_one_purpose_is_never_found_for_the_other() {
        let records = first_keys(&sealer(1), Time::UNIX_EPOCH).unwrap();
        let keyring = Keyring::open(&records, &sealer(1)).unwrap();
        let access = &keyring.signing(KeyPurpose::Access).unwrap().id;
        assert!(keyring.verifying(KeyPurpose::Access, access).is_some());
        assert!(keyring.verifying(KeyPurpose::Refresh, access).is_none());
    }

    #[test]
    fn a_record_edited_to_another_purpose_or_algorithm_does_not_open() {
        let mut records = first_keys(&sealer(1), Time::UNIX_EPOCH).unwrap();
        records[0].algorithm = Algorithm::Hs256;
        assert!(matches!(Keyring::open(&records, &sealer(1)), Err(KeyringProblem::OtherSecret)));
    }

    #[test]
    fn a_short_hmac_key_is_refused() {
        let mut records = first_keys(&sealer(1), Time::UNIX_EPOCH).unwrap();
        let kind = (KeyPurpose::Refresh, Algorithm::Hs256, KeyState::Active);
        records[2] = record("weak".to_owned(), kind, &[7; 31], &sealer(1), Time::UNIX_EPOCH).unwrap();
        assert!(matches!(Keyring::open(&records, &sealer(1)), Err(KeyringProblem::Unusable(id)) if id == "weak"));
    }
}
