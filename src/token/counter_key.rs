//! The keys of the counters of attempts: keyed hashes, so that the database holds no address and
//! nobody with a copy of it can find out which addresses were tried.

use super::seal::Secret;
use aws_lc_rs::hmac::{self, Key};
use data_encoding::BASE64URL_NOPAD;

/// Half of HMAC-SHA256: enough that no two counters share a key.
const LENGTH: usize = 16;

/// Names one counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterKey(pub String);

/// Computes the keys of counters.
pub struct CounterKeys(Key);

impl CounterKeys {
    pub fn new(secret: &Secret) -> Result<Self, aws_lc_rs::error::Unspecified> {
        secret.hmac_key("counters of attempts, version 1").map(Self)
    }

    /// The key of the counter of this kind for these values, none of which contains a NUL.
    #[must_use]
    pub fn of(&self, kind: &str, values: &[&str]) -> CounterKey {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(kind.as_bytes());
        for value in values {
            context.update(b"\0");
            context.update(value.as_bytes());
        }
        let tag = context.sign();
        let (half, _) = tag.as_ref().split_at(LENGTH);
        CounterKey(BASE64URL_NOPAD.encode(half))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_by_secret_kind_and_values_and_hide_them() {
        let keys = |byte| CounterKeys::new(&Secret::new(vec![byte; 32])).unwrap();
        let key = keys(1).of("sign_in", &["ada@example.org"]);
        assert_eq!(key, keys(1).of("sign_in", &["ada@example.org"]));
        assert_eq!(key.0.len(), 22);
        for other in [
            keys(2).of("sign_in", &["ada@example.org"]),
            keys(1).of("password", &["ada@example.org"]),
            keys(1).of("sign_in", &["ada@example.org", ""]),
            keys(1).of("sign_i", &["nada@example.org"]),
        ] {
            assert_ne!(key, other);
        }
    }
}
