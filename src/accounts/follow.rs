//! What other processes do, followed twice a second: which sessions they ended, which keys they changed.

use super::key_feed::KeyFeed;
use super::revocations::Revocations;
use crate::clock::Clock;
use crate::domain::Span;
use crate::store::Store;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How often the database is read.
const PERIOD: Duration = Duration::from_millis(500);
/// What was read longer ago than this is not believed: session records are read instead.
pub(super) const FRESH: Span = Span::seconds(5);

/// Reads now and again, for as long as somebody holds the map.
pub(super) fn follow(revocations: Weak<Revocations>, keys: Arc<KeyFeed>, store: Store, clock: Clock) {
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(PERIOD);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let Some(map) = revocations.upgrade() else { return };
            if let Err(fault) = map.catch_up(&store, clock.now()).await {
                tracing::error!(%fault, "the revocation feed cannot be read; soon session records are read instead");
            }
            if let Err(fault) = keys.catch_up(clock.now()).await {
                tracing::error!(%fault, "the signing keys cannot be read; soon session records are read besides");
            }
        }
    });
}
