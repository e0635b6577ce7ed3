//! The use cases, by owner. They know nothing of cookies, statuses and templates.
//!
//! `SigningKeys` <- `Sessions` <- `Accounts` and `Administration`: an owner uses those to its left.

pub mod administration;
mod backup;
mod fault;
mod hash_queue;
mod hasher;
mod housekeeping;
mod limits;
mod migrations;
mod monitoring;
mod password;
mod password_policy;
mod profile;
mod restore;
#[cfg(test)]
pub(crate) mod samples;
pub mod sessions;
mod sign_in;
mod sign_up;
pub mod signing_keys;
mod start;
mod strangers;
mod test_password;

pub use crate::token::PublicKey;
pub use administration::Administration;
pub use backup::{Backup, BackupError};
pub use fault::Fault;
pub use limits::TooManyAttempts;
pub use migrations::{migrate, pending_migrations};
pub use monitoring::{Dependency, Monitoring};
pub use password::{PasswordChange, PasswordOutcome};
pub use password_policy::PasswordPolicy;
pub use profile::{Profile, RenameOutcome};
pub use restore::{RestoreDraft, RestoreError};
pub use sessions::Sessions;
pub use sign_in::{SignInAttempt, SignInOutcome};
pub use sign_up::{NewAccount, SignUpOutcome};
pub use signing_keys::SigningKeys;
pub use start::{Services, Settings, StartError};
pub use strangers::log_refused as log_refused_stranger;

use crate::clock::Clock;
use crate::domain::account::Registration;
use crate::store::Store;
use hasher::Hasher;
use limits::Limits;
use std::sync::Arc;

/// What people do with their own account: sign up, sign in, change name and password.
pub struct Accounts {
    store: Store,
    sessions: Arc<Sessions>,
    hasher: Arc<Hasher>,
    clock: Clock,
    limits: Arc<Limits>,
    policy: AccountPolicy,
}

/// Who may sign up, and which passwords are refused.
struct AccountPolicy {
    registration: Registration,
    passwords: Arc<PasswordPolicy>,
}

impl Accounts {
    /// Whether anyone may sign up.
    #[must_use]
    pub fn registration_open(&self) -> bool {
        self.policy.registration == Registration::Open
    }

    /// Shortest new password in code points.
    #[must_use]
    pub fn min_password_length(&self) -> usize {
        self.policy.passwords.min_length()
    }

    /// Password hashes computed since the start: the cost of sign-in attempts, for tests and
    /// measurements.
    #[must_use]
    pub fn password_hashes(&self) -> u64 {
        self.hasher.hashes()
    }
}
