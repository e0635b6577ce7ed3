//! What operators and administrators do with the accounts of others.

mod accounts;
mod details;
mod events;
mod overview;
mod sessions;

pub use crate::store::event_search::StoredEvent;
pub use accounts::{AccountDraft, AccountRef, ChangeOutcome, CreateOutcome};
pub use events::{EventBatch, EventQuery, EventReader};
pub use sessions::EndSessionOutcome;

use super::PasswordPolicy;
use super::hasher::Hasher;
use crate::clock::Clock;
use crate::domain::Time;
use crate::store::Store;
use std::sync::Arc;
use tokio::sync::Mutex;

/// The verbs of operators and administrators.
pub struct Administration {
    store: Store,
    hasher: Arc<Hasher>,
    passwords: Arc<PasswordPolicy>,
    clock: Clock,
    /// The last overview, cached.
    overview: Mutex<Option<Overview>>,
}

/// How many accounts and sessions there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overview {
    pub accounts: i64,
    pub disabled: i64,
    /// Administrators who can sign in.
    pub administrators: i64,
    /// Active sessions.
    pub sessions: i64,
    pub counted_at: Time,
}

impl Administration {
    pub(super) fn new(
        store: Store,
        hasher: Arc<Hasher>,
        passwords: Arc<PasswordPolicy>,
        clock: Clock,
    ) -> Self {
        Self { store, hasher, passwords, clock, overview: Mutex::default() }
    }

    /// Shortest new password in code points.
    #[must_use]
    pub fn min_password_length(&self) -> usize {
        self.passwords.min_length()
    }
}
