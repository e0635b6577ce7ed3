//! Signed tokens: the only room that names jsonwebtoken.

mod codec;
mod jws;
mod keyring;
mod seal;

pub use codec::{AccessToken, Codec, Names, RefreshToken, TokenProblem};
pub use keyring::{Keyring, KeyringProblem, PublicKey, first_keys};
pub use seal::{Sealer, Secret};
