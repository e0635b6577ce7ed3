//! Signed tokens and their keys: the only module that names jsonwebtoken.

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
