//! Device tokens: what a browser keeps of the accounts that have signed in on it.
//!
//! They are authenticated with a key derived from the operator's secret and not with a signing key,
//! because they outlive those by far.

use super::seal::Secret;
use crate::domain::Time;
use crate::domain::account::AccountId;
use crate::domain::known_device::{KnownDevice, SignInOnDevice};
use aws_lc_rs::hmac::{self, Key};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Longer than a token with the most accounts.
const MAX_LENGTH: usize = 1024;

/// Issues and verifies device tokens: `<payload>.<HMAC-SHA256 of the payload>`, both base64url.
pub struct DeviceTokens(Key);

/// The payload: the device, and its accounts with the milliseconds of their last sign-in.
#[derive(Serialize, Deserialize)]
struct Payload(Uuid, Vec<(Uuid, i64)>);

impl DeviceTokens {
    pub fn new(secret: &Secret) -> Result<Self, aws_lc_rs::error::Unspecified> {
        secret.hmac_key("device tokens, version 1").map(Self)
    }

    #[must_use]
    pub fn issue(&self, device: &KnownDevice) -> String {
        let sign_ins = device.sign_ins.iter().map(|last| (last.account.0, millis(last.at)));
        let payload = serde_json::to_vec(&Payload(device.id, sign_ins.collect()));
        let payload = BASE64URL_NOPAD.encode(&payload.unwrap_or_default());
        let tag = hmac::sign(&self.0, payload.as_bytes());
        format!("{payload}.{}", BASE64URL_NOPAD.encode(tag.as_ref()))
    }

    /// The device, if we issued the token.
    #[must_use]
    pub fn verify(&self, token: &str) -> Option<KnownDevice> {
        let (payload, tag) = token.split_once('.').filter(|_| token.len() <= MAX_LENGTH)?;
        let tag = BASE64URL_NOPAD.decode(tag.as_bytes()).ok()?;
        hmac::verify(&self.0, payload.as_bytes(), &tag).ok()?;
        let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?;
        let Payload(id, sign_ins) = serde_json::from_slice(&payload).ok()?;
        let sign_ins = sign_ins.into_iter().map(|(account, at)| {
            let at = Time::from_timestamp_millis(at)?;
            Some(SignInOnDevice { account: AccountId(account), at })
        });
        Some(KnownDevice { id, sign_ins: sign_ins.collect::<Option<_>>()? })
    }
}

fn millis(at: Time) -> i64 {
    at.timestamp_millis()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(byte: u8) -> DeviceTokens {
        DeviceTokens::new(&Secret::new(vec![byte; 32])).unwrap()
    }

    #[test]
    fn a_token_returns_its_device_and_no_other_text_does() {
        let at = Time::from_timestamp(1_800_000_000, 0).unwrap();
        let device = (0..20).fold(KnownDevice::new(), |device, n| {
            device.after_sign_in(AccountId(Uuid::from_u128(n)), at)
        });
        let token = tokens(1).issue(&device);
        assert!(token.len() < MAX_LENGTH, "{}", token.len());
        assert_eq!(tokens(1).verify(&token), Some(device));
        assert_eq!(tokens(2).verify(&token), None, "another secret");
        for i in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[i] = if changed[i] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(tokens(1).verify(&changed), None, "byte {i}");
        }
        for foreign in ["", ".", "e30.", "a.b.c", &token[1..], &format!("{token}A")] {
            assert_eq!(tokens(1).verify(foreign), None, "{foreign}");
        }
    }
}
