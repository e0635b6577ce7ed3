//! Whether an attempt is admitted.

use super::counter::Counter;
use super::memory::MemoryCounter;
use crate::accounts::hash_queue::Waiter;
use crate::domain::Span;
use crate::domain::client_address::ClientAddress;
use crate::store::{StoreFault, Unit};

/// Who attempts to sign in.
#[derive(Clone, Debug, Default)]
pub struct Attempter {
    pub address: Option<ClientAddress>,
    /// The device token that the browser presented.
    pub device_token: Option<String>,
}

/// An attempt that was admitted, and is counted in memory; in the database when it has its turn.
pub struct Admission {
    pub(super) networks: Vec<MemoryCounter>,
    /// None if limits are off.
    pub(super) counter: Option<Counter>,
    pub(super) address: Option<ClientAddress>,
    /// Its place among those that wait for a hash.
    pub waiter: Waiter,
}

/// A limit was hit. The attempt was not counted, and no password was tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts")]
pub struct TooManyAttempts {
    /// When the next one is allowed.
    pub wait: Span,
}

impl Admission {
    /// Takes the attempt back, because the password was correct.
    pub fn refund(&self, unit: &mut Unit<'_>) -> Result<(), StoreFault> {
        self.counter.as_ref().map_or(Ok(()), |counter| counter.refund(unit))
    }
}
