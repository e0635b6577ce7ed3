//! Signed tokens: the only layer that names jsonwebtoken. How long they are valid is in
//! `domain/lifetimes.rs`.

mod codec;
mod counter_key;
mod device_token;
mod jws;
mod keyring;
mod keys;
mod material;
mod seal;

pub use codec::{AccessToken, Codec, RefreshToken, TokenError, TokenIssuer};
pub use counter_key::{CounterKey, CounterKeys};
pub use device_token::DeviceTokens;
pub use keyring::{KeyKind, Keyring, KeyringError, PublicKey, new_key};
pub use keys::Keys;
pub use seal::{Sealer, Secret};
