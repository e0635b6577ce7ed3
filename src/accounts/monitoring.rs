//! What operators' monitoring asks: whether this process can serve, and the metrics.

use super::Fault;
use super::signing_keys::SigningKeys;
use crate::clock::Clock;
use crate::domain::lifetimes::LEEWAY;
use crate::domain::{Span, Time};
use crate::metrics::Metrics;
use crate::store::{self, MAX_STALENESS, Store, StoreFault};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use strum::IntoStaticStr;
use tokio::sync::Mutex;

/// How long an answer is cached. Anyone may ask; this bounds what it costs the database.
const MAX_AGE: Span = Span::seconds(1);

/// What must be ready before this process can serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Dependency {
    /// It answers a query.
    Database,
    /// It has all migrations of this version.
    Migrations,
    /// The signing keys are loaded, and were read recently.
    Keys,
    /// The revocations of other processes were read recently.
    Revocations,
    /// The process is not about to stop.
    Stopping,
}

/// The state of this process, for operators.
pub struct Monitoring {
    store: Store,
    keys: Arc<SigningKeys>,
    clock: Clock,
    /// The last answer, and when it was found.
    cached: Mutex<Option<(Time, Vec<Dependency>)>>,
    stopping: AtomicBool,
}

impl Monitoring {
    pub(super) fn new(store: Store, keys: Arc<SigningKeys>, clock: Clock) -> Self {
        Self { store, keys, clock, cached: Mutex::default(), stopping: AtomicBool::new(false) }
    }

    /// From now on this process is not ready, and asks clients to close their connections.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// What is not ready, at most a second ago; nothing if this process can serve.
    pub async fn not_ready(&self) -> Vec<Dependency> {
        if self.is_stopping() {
            return vec![Dependency::Stopping];
        }
        // Held while asking, so that concurrent requests share one answer.
        let mut cached = self.cached.lock().await;
        // An answer from the future is from before the clock was set back.
        if let Some((at, not_ready)) = &*cached
            && (self.clock.now() - *at).abs() < MAX_AGE
        {
            return not_ready.clone();
        }
        let not_ready = self.ask().await;
        // A database that is away takes seconds to say so: those who waited share its answer.
        *cached = Some((self.clock.now(), not_ready.clone()));
        not_ready
    }

    async fn ask(&self) -> Vec<Dependency> {
        let database = match self.store.read(store::migration::is_current).await {
            Ok(true) => None,
            Ok(false) => Some(Dependency::Migrations),
            Err(fault) => {
                log(&fault);
                Some(Dependency::Database)
            }
        };
        let now = self.clock.now();
        let has_keys = self.keys.check_signing().is_ok() && self.keys.are_current(now);
        let keys = (!has_keys).then_some(Dependency::Keys);
        let is_stale = self.store.revocation_lag(now) > MAX_STALENESS;
        let revocations = is_stale.then_some(Dependency::Revocations);
        [database, keys, revocations].into_iter().flatten().collect()
    }

    /// Fails if the database cannot be written.
    pub async fn check_writable(&self) -> Result<(), Fault> {
        Ok(self.store.write(self.clock.now(), store::throttles::try_to_write).await?)
    }

    /// How far the clock of the database is ahead of ours; none if it is the same clock.
    pub async fn clock_difference(&self) -> Result<Option<Span>, Fault> {
        let there = self.store.read(store::database_clock::now).await?;
        Ok(there.map(|there| there - self.clock.now()))
    }

    /// Warns if the clock of the database is not ours: sessions would seem to expire earlier or
    /// later than they do for other processes.
    pub async fn warn_of_clock(&self) -> Result<(), Fault> {
        let difference = self.clock_difference().await?.unwrap_or_default();
        if difference.abs() > LEEWAY {
            let seconds = difference.num_seconds();
            tracing::warn!(
                seconds,
                "the clock of the database is ahead of ours by this much: synchronise both (NTP), or people are signed out early"
            );
        }
        Ok(())
    }

    /// Where requests are counted.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        self.store.metrics()
    }

    /// All metrics as `OpenMetrics` text.
    pub fn expose_metrics(&self) -> Result<String, fmt::Error> {
        self.metrics().expose(self.store.readings(self.clock.now()))
    }
}

fn log(fault: &StoreFault) {
    if !fault.is_logged() {
        tracing::error!(%fault, "not ready: the database cannot be read");
    }
}
