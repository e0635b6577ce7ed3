//! Deletes old rows, in batches so that no request waits long.

use super::Fault;
use crate::clock::Clock;
use crate::domain::{Span, Time};
use crate::store::{self, Store, StoreFault, Unit};
use std::time::Duration;

/// How often everything is swept.
const PERIOD: Duration = Duration::from_secs(3_600);
/// Rows deleted in one transaction, which takes a few milliseconds.
const BATCH: i64 = 500;
/// How long a session is kept after its absolute lifetime, to tell its browser why it ended.
const KEEP_SESSIONS: Span = Span::days(1);
/// How long a revocation is kept after its last token has expired by the clock of its writer, which
/// may be behind.
const KEEP_REVOCATIONS: Span = Span::minutes(10);

/// Deletes rows that are no longer needed.
#[derive(Clone)]
pub struct Housekeeping {
    store: Store,
    clock: Clock,
    /// How long security events are kept.
    keep_events: Span,
}

/// Deletes at most this many rows older than this time; returns how many.
type Sweep = fn(&mut Unit<'_>, Time, i64) -> Result<usize, StoreFault>;

impl Housekeeping {
    pub(super) fn new(store: Store, clock: Clock, keep_events: Span) -> Self {
        Self { store, clock, keep_events }
    }

    /// Sweeps now and every hour, until the runtime ends.
    pub(super) async fn run(self) {
        let mut ticks = tokio::time::interval(PERIOD);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(fault) = self.sweep().await {
                tracing::error!(%fault, "old records could not be swept; trying again in an hour");
            }
        }
    }

    /// Sweeps all tables once.
    pub async fn sweep(&self) -> Result<(), Fault> {
        let now = self.clock.now();
        let sessions = self
            .sweep_all(|unit, at, n| store::sessions::sweep(unit, at, n), now - KEEP_SESSIONS)
            .await;
        let revocations = self
            .sweep_all(|unit, at, n| store::revocations::sweep(unit, at, n), now - KEEP_REVOCATIONS)
            .await;
        let events = self
            .sweep_all(|unit, at, n| store::events::sweep(unit, at, n), now - self.keep_events)
            .await;
        let throttles =
            self.sweep_all(|unit, at, n| store::throttles::sweep(unit, at, n), now).await;
        let keys = self.store.write(now, move |unit| store::keys::sweep(unit, now)).await;
        // Only now: a table that cannot be swept keeps none of the others from it.
        let (sessions, revocations, events) = (sessions?, revocations?, events?);
        let (throttles, keys) = (throttles?, keys?);
        if sessions + revocations + events + throttles + keys > 0 {
            tracing::info!(sessions, revocations, events, throttles, keys, "swept");
        }
        Ok(())
    }

    /// Sweeps one table in batches. Between two batches, waiting writers go first.
    async fn sweep_all(&self, sweep: Sweep, before: Time) -> Result<usize, Fault> {
        let mut total = 0;
        loop {
            let now = self.clock.now();
            let batch = self.store.write(now, move |unit| sweep(unit, before, BATCH)).await?;
            total += batch;
            if i64::try_from(batch).unwrap_or(BATCH) < BATCH {
                return Ok(total);
            }
        }
    }
}
