//! Whether an attempt is admitted.

use super::Limit;
use super::counter::Counter;
use super::memory::MemoryCounter;
use crate::accounts::hash_queue::Waiter;
use crate::domain::Span;
use crate::domain::client_address::ClientAddress;
use crate::domain::event::StrangerEvent;
use crate::metrics::Metrics;
use crate::store::{StoreFault, Unit};
use tracing::field::display;

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

impl TooManyAttempts {
    /// Refusals of strangers are logged and not stored: nobody may fill the disk.
    pub(in crate::accounts) fn log(
        limit: Limit,
        wait: Span,
        by: Option<ClientAddress>,
        metrics: &Metrics,
    ) -> Self {
        metrics.limit_hit(limit.into_str());
        let (limit, seconds, address) = (limit.into_str(), wait.num_seconds(), by.map(display));
        let event = StrangerEvent::LimitHit.into_str();
        tracing::warn!(
            event,
            outcome = "refused",
            actor = "anonymous",
            address,
            limit,
            seconds,
            "security event"
        );
        Self { wait }
    }
}
