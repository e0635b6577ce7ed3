//! The use cases, by owner. They know nothing of cookies, statuses and templates.
//!
//! `SigningKeys` <- `Sessions` <- `Accounts` and `Administration`: an owner uses those to its left.

pub mod administration;
mod fault;
mod hasher;
mod housekeeping;
mod monitoring;
mod password;
mod profile;
#[cfg(test)]
pub(crate) mod samples;
pub mod sessions;
mod sign_in;
mod sign_up;
pub mod signing_keys;
mod start;

pub use crate::token::PublicKey;
pub use administration::Administration;
pub use fault::Fault;
pub use monitoring::{Dependency, Monitoring};
pub use password::{PasswordChange, PasswordOutcome};
pub use profile::{Profile, RenameOutcome};
pub use sessions::Sessions;
pub use sign_in::{SignInAttempt, SignInOutcome};
pub use sign_up::{NewAccount, SignUpOutcome};
pub use signing_keys::SigningKeys;
pub use start::{Services, Settings, StartError};

use crate::clock::Clock;
use crate::domain::account::Registration;
use crate::store::Store;
use hasher::Hasher;
use std::sync::Arc;

/// What people do with their own account: sign up, sign in, change name and password.
pub struct Accounts {
    store: Store,
    sessions: Arc<Sessions>,
    hasher: Arc<Hasher>,
    clock: Clock,
    registration: Registration,
}

impl Accounts {
    /// Whether anyone may sign up.
    #[must_use]
    pub fn registration_open(&self) -> bool {
        self.registration == Registration::Open
    }

    /// Password hashes computed since the start: the cost of sign-in attempts, for tests and
    /// measurements.
    #[must_use]
    pub fn password_hashes(&self) -> u64 {
        self.hasher.hashes()
    }
}
