//! Reading the stored keys again: twice a second, and when a token names an unknown key.

use super::SigningKeys;
use super::reload::{CompletedRead, ON_DEMAND_RELOADS};
use crate::accounts::Fault;
use crate::domain::Time;
use crate::domain::key::KeyPurpose;
use crate::store::{self, MAX_STALENESS};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long a request waits for the next regular read.
const RELOAD_TIMEOUT: Duration = Duration::from_secs(2);

impl SigningKeys {
    /// Whether the keys were read recently. If not, one of them may have been deleted in an
    /// emergency, so a signature alone proves nothing.
    pub(in crate::accounts) fn are_current(&self, now: Time) -> bool {
        let age = now.timestamp_millis() - self.reload.read_at.load(Ordering::SeqCst);
        age <= MAX_STALENESS.num_milliseconds()
    }

    /// The regular read.
    pub(in crate::accounts) async fn sync(&self) -> Result<(), Fault> {
        self.reload.on_demand_left.store(ON_DEMAND_RELOADS, Ordering::SeqCst);
        self.read_after(self.reload.begun.load(Ordering::SeqCst)).await
    }

    /// Waits for a successful read that began after this call; false if there was none in time.
    pub(super) async fn reload_on_unknown_kid(&self) -> Result<bool, Fault> {
        let before = self.reload.begun.load(Ordering::SeqCst);
        if self.reload.take_on_demand() {
            return self.read_after(before).await.map(|()| true);
        }
        let mut completed = self.reload.completed.subscribe();
        let later = completed.wait_for(|read| read.number > before);
        let waited = tokio::time::timeout(RELOAD_TIMEOUT, later).await;
        Ok(waited.is_ok_and(|read| read.is_ok_and(|read| read.succeeded)))
    }

    /// Reads the keys, unless a concurrent caller has read them successfully after the read
    /// `before`.
    async fn read_after(&self, before: u64) -> Result<(), Fault> {
        let _one_at_a_time = self.reload.reading.lock().await;
        let last = *self.reload.completed.borrow();
        if last.succeeded && last.number > before {
            return Ok(());
        }
        let number = self.reload.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let read = self.read().await;
        self.reload.completed.send_replace(CompletedRead { number, succeeded: read.is_ok() });
        read
    }

    async fn read(&self) -> Result<(), Fault> {
        let now = self.clock.now();
        let records = self.store.read(move |tx| store::keys::all(tx, now)).await?;
        let before = self.signing_key_id();
        for error in self.codec.keys().reload(&records)? {
            tracing::error!(%error, "a signing key cannot be opened; if the secret was changed, restart with the new one");
        }
        self.reload.read_at.store(now.timestamp_millis(), Ordering::SeqCst);
        let key = self.signing_key_id();
        if key != before {
            tracing::info!(key, "access tokens are signed with another key from now on");
        }
        Ok(())
    }

    fn signing_key_id(&self) -> Option<String> {
        self.codec.keys().ring().signing(KeyPurpose::Access).map(|key| key.id.clone()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{ON_DEMAND_RELOADS, Ordering};
    use crate::accounts::samples;
    use crate::accounts::signing_keys::VerifyError;
    use data_encoding::BASE64URL_NOPAD;
    use std::sync::Arc;
    use tokio::task::JoinSet;

    #[tokio::test(start_paused = true)]
    async fn many_unknown_key_ids_cause_only_a_few_reads() {
        let (folder, clock) = (tempfile::tempdir().unwrap(), samples::clock());
        let services = samples::start(folder.path(), &clock).await;
        let header = BASE64URL_NOPAD.encode(br#"{"alg":"EdDSA","typ":"at+jwt","kid":"made-up"}"#);
        let token = format!("{header}.e30.{}", BASE64URL_NOPAD.encode(&[0; 64]));
        let begun = || services.keys.reload.begun.load(Ordering::SeqCst);
        let before = begun();
        let mut tasks = JoinSet::new();
        for _ in 0..500 {
            let (keys, token) = (Arc::clone(&services.keys), token.clone());
            tasks.spawn(async move { keys.verify_access(&token).await.err() });
        }
        for found in tasks.join_all().await {
            assert_eq!(found, Some(VerifyError::Invalid));
        }
        let reads = begun() - before;
        assert!(reads <= 2 * u64::from(ON_DEMAND_RELOADS), "{reads} reads for 500 tokens");
    }
}
