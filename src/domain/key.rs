//! Signing keys as records: what they are for and where they stand in their life.

use super::{Span, Time};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What is added to the life of the longest token before its key is gone: another process may sign with the old key for a
/// moment longer, and its clock may be ahead.
const SLACK: Span = Span::minutes(1);

/// For how long other services may keep a copy of the published keys. A key is published long before it signs, so a copy of this
/// age knows it.
pub const KEY_SET_KEPT: Span = Span::minutes(5);

/// Which tokens a key signs. A key never serves two purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum KeyPurpose {
    Access,
    Refresh,
}

/// Where a key stands: known to all before it signs, and after it signed until its last token has died. Then it is gone.
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
    /// Key id; the `kid` header.
    pub id: String,
    pub purpose: KeyPurpose,
    pub algorithm: Algorithm,
    pub state: KeyState,
    pub sealed: Vec<u8>,
    pub created_at: Time,
    /// When a retiring key is gone.
    pub retires_at: Option<Time>,
    /// The longest life that a server gives the access tokens it signs with this key.
    pub max_token_lifetime: Span,
}

impl KeyRecord {
    /// Whether it verifies nothing any more.
    #[must_use]
    pub fn is_gone(&self, now: Time) -> bool {
        self.retires_at.is_some_and(|at| at <= now)
    }
}

/// When a key that stops signing now is gone: after the last of its tokens, which dies at `last`.
#[must_use]
pub fn retired_at(last: Time) -> Time {
    last + SLACK
}
