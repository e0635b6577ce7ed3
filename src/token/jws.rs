//! Compact JWS (RFC 7515), parsed strictly: anything unusual is refused before a key is looked up.

use crate::domain::key::Algorithm;
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};

/// Longest token parsed, in bytes; tokens issued here are below 1 KiB.
const MAX_LENGTH: usize = 4096;

/// The protected header. A token with any other parameter is refused, such as `crit` (RFC 7515
/// section 4.1.11) and those that bring their own key (`jku`, `jwk`, `x5u`, `x5c`).
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub alg: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typ: Option<String>,
    pub kid: String,
}

/// A parsed token whose signature is not verified yet.
pub struct Unverified<'t> {
    pub header: Header,
    signed: &'t str,
    payload: Vec<u8>,
    signature: &'t str,
}

impl<'t> Unverified<'t> {
    /// Parses a token. Base64url must be canonical, without padding, white space or spare bits, so
    /// that each token has one spelling.
    pub fn parse(token: &'t str) -> Option<Self> {
        if token.len() > MAX_LENGTH {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?;
        let header = BASE64URL_NOPAD.decode(header.as_bytes()).ok()?;
        let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?;
        let header: Header = serde_json::from_slice(&header).ok()?;
        is_key_id(&header.kid).then_some(Self { header, signed, payload, signature })
    }

    /// The payload, if the header names exactly this algorithm and the signature is the key's (RFC
    /// 8725 section 3.1).
    pub fn verify(self, algorithm: Algorithm, key: &DecodingKey) -> Option<Vec<u8>> {
        if self.header.alg != algorithm.into_str() {
            return None;
        }
        let verified = jsonwebtoken::crypto::verify(
            self.signature,
            self.signed.as_bytes(),
            key,
            library(algorithm),
        );
        verified.is_ok_and(|valid| valid).then_some(self.payload)
    }
}

/// Signs a payload.
pub fn sign(
    header: &Header,
    payload: &impl Serialize,
    algorithm: Algorithm,
    key: &EncodingKey,
) -> Option<String> {
    let header = BASE64URL_NOPAD.encode(&serde_json::to_vec(header).ok()?);
    let payload = BASE64URL_NOPAD.encode(&serde_json::to_vec(payload).ok()?);
    let signed = format!("{header}.{payload}");
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), key, library(algorithm)).ok()?;
    Some(format!("{signed}.{signature}"))
}

fn is_key_id(kid: &str) -> bool {
    (1..=64).contains(&kid.len())
        && kid.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The same algorithm in jsonwebtoken.
pub fn library(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::Hs256 => jsonwebtoken::Algorithm::HS256,
    }
}

#[cfg(test)]
#[path = "jws_tests.rs"]
mod tests;
