//! Keys at rest, sealed under the operator's secret: a copy of the database cannot sign.

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hkdf, hmac};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use std::fmt;
use zeroize::Zeroizing;

/// Length of the nonce before the ciphertext; XChaCha20 nonces are long enough to be random.
const NONCE: usize = 24;

/// The operator's secret: at least 32 random bytes. Hidden from `Debug`, wiped when dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

/// Seals and opens key material with XChaCha20-Poly1305 under a key derived from the secret.
pub struct Sealer(XChaCha20Poly1305);

/// Sealed under another secret or for another label, or modified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotOurs;

impl Secret {
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The HMAC-SHA256 key for this purpose.
    pub(super) fn hmac_key(&self, purpose: &str) -> Result<hmac::Key, Unspecified> {
        Ok(hmac::Key::new(hmac::HMAC_SHA256, &*self.derive(purpose)?))
    }

    /// A key for one purpose (HKDF-SHA256, RFC 5869).
    fn derive(&self, purpose: &str) -> Result<Zeroizing<[u8; 32]>, Unspecified> {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"vestibule");
        let mut key = Zeroizing::new([0u8; 32]);
        salt.extract(&self.0).expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)?.fill(&mut *key)?;
        Ok(key)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl Sealer {
    pub fn new(secret: &Secret) -> Result<Self, Unspecified> {
        let key = secret.derive("seal signing keys, version 1")?;
        Ok(Self(XChaCha20Poly1305::new(&Key::from(*key))))
    }

    /// Seals `clear` for `label`; it opens with the same label only.
    pub fn seal(&self, label: &str, clear: &[u8]) -> Result<Vec<u8>, getrandom::Error> {
        let mut nonce = [0u8; NONCE];
        getrandom::fill(&mut nonce)?;
        let payload = Payload { msg: clear, aad: label.as_bytes() };
        // Encryption fails only for texts of many gigabytes.
        let sealed = self
            .0
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| getrandom::Error::UNEXPECTED)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub fn open(&self, label: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOurs> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(NotOurs)?;
        let payload = Payload { msg: sealed, aad: label.as_bytes() };
        self.0.decrypt(&XNonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| NotOurs)
    }
}

#[cfg(test)]
mod tests {
    use super::{NotOurs, Sealer, Secret};

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(&Secret::new(vec![byte; 32])).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_with_its_secret_and_its_label_alone() {
        let sealed = sealer(1).seal("access k1", b"key material").unwrap();
        assert_eq!(&**sealer(1).open("access k1", &sealed).unwrap(), b"key material");
        assert_eq!(sealer(2).open("access k1", &sealed), Err(NotOurs));
        assert_eq!(sealer(1).open("refresh k1", &sealed), Err(NotOurs));
        assert_eq!(sealer(1).open("access k1", &sealed[..20]), Err(NotOurs));
        for i in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert_eq!(sealer(1).open("access k1", &changed), Err(NotOurs), "byte {i}");
        }
        assert!(!sealed.windows(12).any(|w| w == b"key material"));
    }
}
