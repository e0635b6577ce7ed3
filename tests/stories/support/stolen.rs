//! The signing keys, opened by someone who has both the secret and the database.

use super::TestApp;
use aws_lc_rs::hkdf;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Text};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::Value;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    algorithm: String,
    #[diesel(sql_type = Binary)]
    sealed: Vec<u8>,
}

/// Our active key, to sign tokens that Vestibule would not issue.
pub struct StolenKey {
    pub id: String,
    pub algorithm: Algorithm,
    key: EncodingKey,
}

impl TestApp {
    pub fn steal_key(&self, purpose: &str) -> StolenKey {
        let query = format!(
            "SELECT id, algorithm, sealed FROM signing_keys WHERE state = 'active' AND purpose = '{purpose}'"
        );
        let Row { id, algorithm, sealed } =
            diesel::sql_query(query).get_result(&mut self.connect()).unwrap();
        let clear = self.unseal(&format!("{purpose} {algorithm} {id}"), &sealed);
        let (algorithm, key) = match algorithm.as_str() {
            "EdDSA" => (Algorithm::EdDSA, EncodingKey::from_ed_der(&clear)),
            "HS256" => (Algorithm::HS256, EncodingKey::from_secret(&clear)),
            other => panic!("a key for {other}"),
        };
        StolenKey { id, algorithm, key }
    }

    fn unseal(&self, label: &str, sealed: &[u8]) -> Vec<u8> {
        let secret = std::fs::read_to_string(self.folder.path().join("data/secret")).unwrap();
        let secret = HEXLOWER.decode(secret.trim().as_bytes()).unwrap();
        let mut key = [0u8; 32];
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"vestibule");
        let info: [&[u8]; 1] = [b"seal signing keys, version 1"];
        salt.extract(&secret).expand(&info, hkdf::HKDF_SHA256).unwrap().fill(&mut key).unwrap();
        let (nonce, sealed) = sealed.split_first_chunk::<24>().unwrap();
        let payload = Payload { msg: sealed, aad: label.as_bytes() };
        XChaCha20Poly1305::new(&Key::from(key)).decrypt(&XNonce::from(*nonce), payload).unwrap()
    }
}

impl StolenKey {
    /// A token with this header and payload and a valid signature.
    pub fn sign(&self, header: &Value, payload: &Value) -> String {
        sign(header, payload, &self.key, self.algorithm)
    }
}

/// A token with any header and payload, signed with this key.
pub fn sign(header: &Value, payload: &Value, key: &EncodingKey, algorithm: Algorithm) -> String {
    let unsigned = unsigned(header, payload);
    let signature = jsonwebtoken::crypto::sign(unsigned.as_bytes(), key, algorithm).unwrap();
    format!("{unsigned}.{signature}")
}

/// Header and payload of a token without a signature.
pub fn unsigned(header: &Value, payload: &Value) -> String {
    let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    format!("{}.{}", encode(header), encode(payload))
}
