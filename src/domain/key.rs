//! Signing keys as records: what they are for and where they stand in their life.

use super::{Time, named};

named! {
    /// Which tokens a key signs. A key never serves two purposes.
    pub enum KeyPurpose { Access = "access", Refresh = "refresh" }
}

named! {
    /// Where a key stands: published first, then signing.
    pub enum KeyState { Next = "next", Active = "active" }
}

named! {
    /// The one algorithm a key signs and verifies with (RFC 8725 section 3.1); the `alg` header.
    pub enum Algorithm { EdDsa = "EdDSA", Es256 = "ES256", Rs256 = "RS256", Hs256 = "HS256" }
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
}
