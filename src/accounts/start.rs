//! Starts the services: opens the database and the keys, and creates the owners.

use super::administration::Administration;
use super::hasher::Hasher;
use super::housekeeping::Housekeeping;
use super::limits::Limits;
use super::monitoring::Monitoring;
use super::sessions::{SessionPolicy, Sessions};
use super::signing_keys::{KeySettings, SigningKeys};
use super::{AccountPolicy, Accounts, Fault, PasswordPolicy};
use crate::clock::Clock;
use crate::config::DatabaseUrl;
use crate::domain::Span;
use crate::domain::account::Registration;
use crate::store::{Store, StoreFault};
use std::sync::Arc;
use std::time::Duration;

/// How often a process reads what others have revoked and which keys they have changed.
const SYNC_PERIOD: Duration = Duration::from_millis(500);

/// The settings of the services.
pub struct Settings {
    pub database: DatabaseUrl,
    pub keys: KeySettings,
    pub sessions: SessionPolicy,
    pub registration: Registration,
    /// Whether attempts are limited.
    pub rate_limits: bool,
    pub passwords: PasswordPolicy,
    /// How long security events are kept.
    pub keep_events: Span,
    /// The system user who runs this process, for the audit log.
    pub system_user: String,
}

/// Why the services cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("the password hasher cannot be set up: {0}")]
    Hasher(std::io::Error),
}

/// The owners of all use cases, over one database.
pub struct Services {
    pub keys: Arc<SigningKeys>,
    pub sessions: Arc<Sessions>,
    pub accounts: Accounts,
    pub administration: Administration,
    pub housekeeping: Housekeeping,
    pub monitoring: Monitoring,
    store: Store,
    clock: Clock,
}

impl Services {
    /// Opens and migrates the database and opens the signing keys; creates them if they are
    /// missing.
    pub async fn start(settings: Settings, clock: Clock) -> Result<Self, StartError> {
        let Settings { database, keys, sessions: policy, registration, .. } = settings;
        let Settings { passwords, rate_limits, keep_events, system_user, .. } = settings;
        let passwords = Arc::new(passwords);
        let store = tokio::task::spawn_blocking(move || Store::open(database, &system_user)).await;
        let store = store.unwrap_or(Err(StoreFault::Cancelled))?;
        let limits = Limits::new(store.clone(), &keys.secret, rate_limits).map_err(Fault::Keys)?;
        let limits = Arc::new(limits);
        let keys = SigningKeys::open(store.clone(), keys, policy.lifetimes, clock.clone()).await?;
        let keys = Arc::new(keys);
        let hasher = Arc::new(Hasher::new(store.metrics().clone()).map_err(StartError::Hasher)?);
        store.sync_revocations(clock.now()).await?;
        let sessions = Arc::new(Sessions::new(
            store.clone(),
            Arc::clone(&keys),
            clock.clone(),
            Arc::clone(&limits),
            policy,
        ));
        Ok(Self {
            accounts: Accounts {
                store: store.clone(),
                sessions: Arc::clone(&sessions),
                hasher: Arc::clone(&hasher),
                clock: clock.clone(),
                limits,
                policy: AccountPolicy { registration, passwords: Arc::clone(&passwords) },
            },
            administration: Administration::new(store.clone(), hasher, passwords, clock.clone()),
            housekeeping: Housekeeping::new(store.clone(), clock.clone(), keep_events),
            monitoring: Monitoring::new(store.clone(), Arc::clone(&keys), clock.clone()),
            keys,
            sessions,
            store,
            clock,
        })
    }

    /// Runs the background tasks of a server, until its keys are dropped: reading changes of other
    /// processes, and sweeping. Commands do not need them.
    pub fn run_in_background(&self) {
        tokio::spawn(self.housekeeping.clone().run());
        let (keys, store, clock) =
            (Arc::downgrade(&self.keys), self.store.clone(), self.clock.clone());
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(SYNC_PERIOD);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let Some(keys) = keys.upgrade() else { return };
                if let Err(fault) = store.sync_revocations(clock.now()).await
                    && !fault.is_logged()
                {
                    tracing::error!(%fault, "revocations cannot be read; in a few seconds every request will read its session instead");
                }
                if let Err(fault) = keys.sync().await
                    && !fault.is_logged()
                {
                    tracing::error!(%fault, "the signing keys cannot be read; in a few seconds every request will read its session too");
                }
            }
        });
    }
}

#[cfg(test)]
#[path = "start_tests.rs"]
mod tests;
