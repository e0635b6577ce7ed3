//! Key material by algorithm. Opening refuses what is weak, damaged or of another algorithm.

use crate::domain::key::Algorithm;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair,
    RsaPublicKeyComponents,
};
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{DecodingKey, EncodingKey};
use pkcs8::PrivateKeyInfoRef;
use zeroize::Zeroizing;

/// Length of an HMAC key in bytes: that of the hash, the minimum of RFC 7518 section 3.2.
const HMAC_KEY: usize = 32;
/// Length of an RSA modulus in bytes: 3072 bits, as strong as the other algorithms (NIST SP 800-57,
/// 128 bits of security).
const RSA_MODULUS: usize = 384;
/// The public exponent 65537, the only one generated here.
const RSA_EXPONENT: [u8; 3] = [1, 0, 1];

/// Both halves of a key.
pub struct Material {
    pub encoding: EncodingKey,
    pub decoding: DecodingKey,
}

/// Generates a key in the form that is sealed: PKCS#8, for RSA PKCS#1, for HMAC the bytes
/// themselves.
pub fn generate(algorithm: Algorithm) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
    let random = SystemRandom::new();
    let document = match algorithm {
        Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random)?.as_ref().to_vec(),
        Algorithm::Es256 => {
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)?
                .as_ref()
                .to_vec()
        }
        Algorithm::Rs256 => {
            let pair = RsaKeyPair::generate(KeySize::Rsa3072)?;
            let document: Pkcs8V1Der<'_> = pair.as_der()?;
            // The signing library reads RSA keys as PKCS#1, which is what PKCS#8 wraps (RFC 5958
            // section 2).
            let inner = PrivateKeyInfoRef::try_from(document.as_ref()).map_err(|_| Unspecified)?;
            inner.private_key.as_bytes().to_vec()
        }
        Algorithm::Hs256 => {
            let mut key = vec![0; HMAC_KEY];
            getrandom::fill(&mut key).map_err(|_| Unspecified)?;
            key
        }
    };
    Ok(Zeroizing::new(document))
}

/// Reads a key; none if it is not a sound key of exactly this algorithm.
pub fn open(algorithm: Algorithm, clear: &[u8]) -> Option<Material> {
    let (encoding, decoding) = match algorithm {
        Algorithm::EdDsa => {
            let pair = Ed25519KeyPair::from_pkcs8(clear).ok()?;
            (EncodingKey::from_ed_der(clear), DecodingKey::from_ed_der(pair.public_key().as_ref()))
        }
        Algorithm::Es256 => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, clear).ok()?;
            (EncodingKey::from_ec_der(clear), DecodingKey::from_ec_der(pair.public_key().as_ref()))
        }
        Algorithm::Rs256 => {
            let pair = RsaKeyPair::from_der(clear).ok()?;
            let RsaPublicKeyComponents { n, e } =
                RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
            let sound = n.len() >= RSA_MODULUS && e == RSA_EXPONENT;
            sound.then(|| {
                (EncodingKey::from_rsa_der(clear), DecodingKey::from_rsa_raw_components(&n, &e))
            })?
        }
        Algorithm::Hs256 => {
            let sound = clear.len() >= HMAC_KEY;
            sound.then(|| (EncodingKey::from_secret(clear), DecodingKey::from_secret(clear)))?
        }
    };
    Some(Material { encoding, decoding })
}

impl Material {
    /// The public key as a JWK without an id (RFC 7517); a symmetric key has none.
    pub fn public_jwk(&self, algorithm: Algorithm) -> Option<Jwk> {
        if algorithm == Algorithm::Hs256 {
            return None;
        }
        Jwk::from_decoding_key(&self.decoding, Some(super::jws::library(algorithm))).ok()
    }
}

/// The id of a public key: its thumbprint (RFC 7638).
pub fn thumbprint(jwk: &Jwk) -> Option<String> {
    jwk.thumbprint(ThumbprintHash::SHA256).ok()
}

#[cfg(test)]
#[path = "material_tests.rs"]
mod tests;
