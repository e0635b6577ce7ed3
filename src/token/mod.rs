//! Signed tokens: the only layer that names jsonwebtoken. How long they are valid is in
//! `domain/lifetimes.rs`.

mod codec;
mod jws;
mod keyring;
mod keys;
mod material;
mod seal;

pub use codec::{AccessToken, Codec, RefreshToken, TokenError, TokenIssuer};
pub use keyring::{KeyKind, Keyring, KeyringError, PublicKey, new_key};
pub use keys::Keys;
pub use seal::{Sealer, Secret};
