//! What operators and administrators do to other people's accounts.

mod accounts;
mod overview;

pub use accounts::{AccountDraft, AccountRef, ChangeOutcome, CreateOutcome};
pub use overview::Overview;

use super::hasher::Hasher;
use crate::clock::Clock;
use crate::store::Store;
use overview::Remembered;
use std::sync::Arc;

/// The verbs of operators and administrators.
pub struct Administration {
    store: Store,
    hasher: Arc<Hasher>,
    clock: Clock,
    overview: Remembered,
}

impl Administration {
    pub(super) fn new(store: Store, hasher: Arc<Hasher>, clock: Clock) -> Self {
        Self { store, hasher, clock, overview: Remembered::default() }
    }
}
