//! Signing keys as records: their purpose, algorithm and state.

use super::{Span, Time};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// How long a key is kept after its last token has expired: another process may sign with the old
/// key for a moment longer, and its clock may be ahead.
const RETIREMENT_MARGIN: Span = Span::minutes(1);

/// How long other services may cache the published keys. A key is published long before it signs, so
/// a cache of this age contains it.
pub const JWKS_MAX_AGE: Span = Span::minutes(5);

/// Which tokens a key signs. A key never serves two purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum KeyPurpose {
    Access,
    Refresh,
}

/// The states of a key: published before it signs, signing, and verifying until its last token has
/// expired. After that it is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum KeyState {
    Next,
    Active,
    Retiring,
}

/// The one algorithm a key signs and verifies with (RFC 8725 section 3.1); the `alg` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Algorithm {
    #[strum(serialize = "EdDSA")]
    EdDsa,
    #[strum(serialize = "ES256")]
    Es256,
    #[strum(serialize = "RS256")]
    Rs256,
    #[strum(serialize = "HS256")]
    Hs256,
}

/// A key as it is stored: its material sealed under the operator's secret.
#[derive(Clone, Debug)]
pub struct KeyRecord {
    /// Key ID; the `kid` header.
    pub id: String,
    pub purpose: KeyPurpose,
    pub algorithm: Algorithm,
    pub state: KeyState,
    pub sealed: Vec<u8>,
    pub created_at: Time,
    /// When a retiring key stops verifying.
    pub retires_at: Option<Time>,
    /// The longest lifetime that a server gives the access tokens it signs with this key.
    pub max_token_lifetime: Span,
}

impl KeyRecord {
    /// Whether it no longer verifies.
    #[must_use]
    pub fn is_retired(&self, now: Time) -> bool {
        self.retires_at.is_some_and(|at| at <= now)
    }
}

/// When a key that stops signing now stops verifying: after its last token, which expires at `last`.
#[must_use]
pub fn retired_at(last: Time) -> Time {
    last + RETIREMENT_MARGIN
}
