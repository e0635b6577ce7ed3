//! Signed tokens: the only room that names jsonwebtoken.

mod codec;
mod jws;
mod keyring;
mod keys;
mod material;
mod seal;

pub use codec::{AccessToken, Codec, Names, RefreshToken, TokenProblem};
pub use keyring::{KeyKind, Keyring, KeyringProblem, PublicKey, new_key};
pub use keys::Keys;
pub use seal::{Sealer, Secret};
