//! The signing keys, followed as other processes change them.

use super::{Accounts, Fault};
use crate::domain::Time;
use crate::domain::key::KeyPurpose;
use crate::store::{self, Store};
use crate::token::{Codec, PublicKey, TokenProblem};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use tokio::sync::Mutex;

/// How often, between two readings, a token with an unknown key id is worth a look at the database: enough for a key that is younger
/// than the last reading, too few to wear the database out with made-up ids.
const LOOKS: u8 = 5;

/// Reads the stored keys into the codec.
pub(super) struct KeyFeed {
    codec: Arc<Codec>,
    store: Store,
    looks_left: AtomicU8,
    /// One reading at a time, or an older one might come to lie over a newer one.
    reading: Mutex<()>,
}

impl KeyFeed {
    pub(super) fn new(codec: Arc<Codec>, store: Store) -> Self {
        Self { codec, store, looks_left: AtomicU8::new(LOOKS), reading: Mutex::new(()) }
    }

    /// The regular reading.
    pub(super) async fn catch_up(&self, now: Time) -> Result<(), Fault> {
        self.looks_left.store(LOOKS, Ordering::Relaxed);
        self.read(now).await
    }

    /// A reading out of turn; false if there were too many.
    async fn look(&self, now: Time) -> Result<bool, Fault> {
        let take = |left: u8| left.checked_sub(1);
        if self.looks_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err() {
            return Ok(false);
        }
        self.read(now).await.map(|()| true)
    }

    async fn read(&self, now: Time) -> Result<(), Fault> {
        let _turn = self.reading.lock().await;
        let records = self.store.read(move |tx| store::keys::all(tx, now)).await?;
        let signing = || self.codec.keys().ring().signing(KeyPurpose::Access).map(|key| key.id.clone()).ok();
        let before = signing();
        for problem in self.codec.keys().follow(&records)? {
            tracing::error!(%problem, "a signing key is left out; if the secret was changed, restart with the new one");
        }
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
    pub(super) async fn verify<C>(
        &self,
        verify: impl Fn(&Codec, Time) -> Result<C, TokenProblem>,
    ) -> Result<Result<C, TokenProblem>, Fault> {
        let now = self.clock.now();
        match verify(&self.codec, now) {
            Err(TokenProblem::UnknownKey) if self.key_feed.look(now).await? => {
                let again = verify(&self.codec, now);
                Ok(again.map_err(
                    |problem| if problem == TokenProblem::UnknownKey { TokenProblem::Invalid } else { problem },
                ))
            }
            verified => Ok(verified),
        }
    }
}
