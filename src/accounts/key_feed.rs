//! The signing keys, followed as other processes change them.

use super::follow::MAX_STALENESS;
use super::{Accounts, Fault};
use crate::domain::Time;
use crate::domain::key::KeyPurpose;
use crate::store::{self, Store};
use crate::token::{Codec, KeyringError, PublicKey, TokenError};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use tokio::sync::Mutex;

/// How often, between two readings, a token with an unknown key id is worth a look at the database: enough for a key that is younger
/// than the last reading, too few to wear the database out with made-up ids.
const ON_DEMAND_RELOADS: u8 = 5;

/// Reads the stored keys into the codec.
pub(super) struct KeyFeed {
    codec: Arc<Codec>,
    store: Store,
    reloads_left: AtomicU8,
    /// When they were read last, in milliseconds since 1970.
    read_at: AtomicI64,
    /// One reading at a time, or an older one might come to lie over a newer one.
    reading: Mutex<()>,
}

impl KeyFeed {
    /// Follows the keys that were read at `read_at`.
    pub(super) fn new(codec: Arc<Codec>, store: Store, read_at: Time) -> Self {
        let (reloads_left, read_at) =
            (AtomicU8::new(ON_DEMAND_RELOADS), AtomicI64::new(read_at.timestamp_millis()));
        Self { codec, store, reloads_left, read_at, reading: Mutex::new(()) }
    }

    /// Whether the keys are those of this moment. While they cannot be read, one of them may have been dropped in an emergency: what it
    /// signed proves nothing any more.
    pub(super) fn is_fresh(&self, now: Time) -> bool {
        now.timestamp_millis() - self.read_at.load(Ordering::Relaxed)
            <= MAX_STALENESS.num_milliseconds()
    }

    /// The regular reading.
    pub(super) async fn catch_up(&self, now: Time) -> Result<(), Fault> {
        self.reloads_left.store(ON_DEMAND_RELOADS, Ordering::Relaxed);
        self.read(now).await
    }

    /// A reading out of turn; false if there were too many.
    async fn reload_on_unknown_kid(&self, now: Time) -> Result<bool, Fault> {
        let take = |left: u8| left.checked_sub(1);
        if self.reloads_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err() {
            return Ok(false);
        }
        self.read(now).await.map(|()| true)
    }

    async fn read(&self, now: Time) -> Result<(), Fault> {
        let _turn = self.reading.lock().await;
        let records = self.store.read(move |tx| store::keys::all(tx, now)).await?;
        let signing =
            || self.codec.keys().ring().signing(KeyPurpose::Access).map(|key| key.id.clone()).ok();
        let before = signing();
        for problem in self.codec.keys().follow(&records)? {
            tracing::error!(%problem, "a signing key is left out; if the secret was changed, restart with the new one");
        }
        self.read_at.store(now.timestamp_millis(), Ordering::Relaxed);
        if let Some(key) = signing().filter(|key| before.as_ref() != Some(key)) {
            tracing::info!(key, "access tokens are signed with another key from now on");
        }
        Ok(())
    }
}

impl Accounts {
    /// The public keys of access tokens, for others to verify with.
    #[must_use]
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.codec.public_keys()
    }

    /// Verifies a token; one that names an unknown key once more after a look at the database, since another process may have
    /// changed the keys a moment ago. `UnknownKey` is left over only where there was no look to be had: then nothing is known of it.
    ///
    /// # Errors
    /// `Fault`; also where its key is one this process could not open.
    pub(super) async fn verify<C>(
        &self,
        verify: impl Fn(&Codec, Time) -> Result<C, TokenError>,
    ) -> Result<Result<C, TokenError>, Fault> {
        let now = self.clock.now();
        let mut verified = verify(&self.codec, now);
        if matches!(verified, Err(TokenError::UnknownKey))
            && self.key_feed.reload_on_unknown_kid(now).await?
        {
            verified = match verify(&self.codec, now) {
                Err(TokenError::UnknownKey) => Err(TokenError::Invalid),
                known => known,
            };
        }
        match verified {
            Err(TokenError::LeftOutKey) => Err(KeyringError::LeftOut.into()),
            verified => Ok(verified),
        }
    }
}
