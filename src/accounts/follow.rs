//! What other processes do, followed twice a second: which sessions they ended, which keys they changed.

use super::Accounts;
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
pub(super) const MAX_STALENESS: Span = Span::seconds(5);

impl Accounts {
    /// Follows from now on, for as long as this value is held. Servers do; a command is over before it would need to.
    pub fn follow(&self) {
        let (revocations, keys) = (Arc::downgrade(&self.revocations), Arc::clone(&self.key_feed));
        follow(revocations, keys, self.store.clone(), self.clock.clone());
    }
}

/// Reads now and again, for as long as somebody holds the map.
fn follow(revocations: Weak<Revocations>, keys: Arc<KeyFeed>, store: Store, clock: Clock) {
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

#[cfg(test)]
mod tests {
    use crate::accounts::{AccessTokenError, KeyRotation, samples};

    /// The time of the timers is skipped, not slept through.
    #[tokio::test(start_paused = true)]
    async fn what_one_process_does_another_knows_within_a_second() {
        let (folder, clock) = (tempfile::tempdir().unwrap(), samples::clock());
        let here = samples::start(folder.path(), &clock).await;
        let there = samples::start(folder.path(), &clock).await;
        let (pair, _) = here.sign_up(samples::ada()).await.unwrap().unwrap();
        let (token, session) = (&pair.access.0, pair.claims.session_id);
        assert!(there.authenticate_access(token).await.unwrap().is_ok());
        here.sign_out(session, None).await.unwrap();
        here.rotate_keys(KeyRotation::Ordinary).await.unwrap();
        assert_eq!(there.public_keys().len(), 2, "not read yet");
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        assert_eq!(
            there.authenticate_access(token).await.unwrap().err(),
            Some(AccessTokenError::Ended)
        );
        assert_eq!(there.public_keys().len(), 3);
    }
}
