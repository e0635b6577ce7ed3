//! The signing keys as the operator sees and changes them. Every process follows within a second.

use super::{Accounts, Fault};
use crate::domain::Time;
use crate::domain::key::{Algorithm, KeyPurpose, KeyRecord, KeyState, retired_at};
use crate::domain::lives::LEEWAY;
use crate::domain::session::EndReason;
use crate::store::{self, StoreFault, Tx};
use crate::token::{KeyKind, KeyringProblem, Secret};
use std::sync::Arc;

/// How thoroughly keys are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRotation {
    /// The next keys sign from now on, the old ones verify until their last token has died. Nobody notices.
    Ordinary,
    /// Every key is dropped, the waiting ones included, because whoever could read one could read all. Everybody signs in again.
    Emergency,
}

/// What became of a request to drop a retiring key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retired {
    Yes,
    Unknown,
    /// It signs, or will sign next.
    InUse(KeyState),
}

impl Accounts {
    /// Sees to it that the next rotation brings the configured algorithm: a waiting key of another one has signed nothing yet and
    /// is replaced. The active key keeps its own until then.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn adopt_algorithm(&self) -> Result<(), Fault> {
        let keys = self.keys().await?;
        if other_than(self.algorithm, &keys, KeyState::Next).is_some() {
            let (now, algorithm) = (self.clock.now(), self.algorithm);
            let kind = KeyKind { purpose: KeyPurpose::Access, algorithm, state: KeyState::Next };
            let fresh = self.codec.keys().make(kind, now)?;
            // Another process that starts now may have been faster.
            let replace = move |tx: &mut Tx<'_>, keys: &[KeyRecord]| {
                let Some(unused) = other_than(algorithm, keys, KeyState::Next) else { return Ok(()) };
                store::keys::delete(tx, &unused.id)?;
                store::keys::insert(tx, &fresh)
            };
            self.change_keys(now, replace).await?;
            self.key_feed.catch_up(now).await?;
        }
        if let Some(active) = other_than(self.algorithm, &keys, KeyState::Active) {
            let (now, then) = (active.algorithm.as_str(), self.algorithm.as_str());
            tracing::warn!("access tokens are signed with {now} until `vestibule keys rotate`, then with {then}");
        }
        Ok(())
    }

    /// The stored keys that are not gone.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn keys(&self) -> Result<Vec<KeyRecord>, Fault> {
        let now = self.clock.now();
        Ok(self.store.read(move |tx| store::keys::all(tx, now)).await?)
    }

    /// Changes the keys of both tokens.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn rotate_keys(&self, rotation: KeyRotation) -> Result<(), Fault> {
        let (now, lives) = (self.clock.now(), self.lives);
        match rotation {
            KeyRotation::Ordinary => {
                let fresh = self.make_keys(&[KeyState::Next], now)?;
                // Some sessions may have been promised more when the settings were others.
                let promised = self.store.read(store::sessions::last_end).await?.unwrap_or(now);
                let last = Last { access: now + lives.access + LEEWAY, refresh: promised.max(now + lives.session) };
                self.change_keys(now, move |tx, keys| promote_all(tx, keys, &fresh, &last)).await
            }
            KeyRotation::Emergency => {
                let fresh = self.make_keys(&[KeyState::Active, KeyState::Next], now)?;
                self.change_keys(now, move |tx, keys| replace_all(tx, keys, &fresh, now)).await
            }
        }
    }

    /// Drops a retiring key before its time: its tokens are refused from then on.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn retire_key(&self, id: String) -> Result<Retired, Fault> {
        let now = self.clock.now();
        let retired = self.store.write(move |tx| {
            let found = store::keys::all(tx, now)?.into_iter().find(|record| record.id == id);
            match found.map(|record| record.state) {
                None => Ok(Retired::Unknown),
                Some(KeyState::Retiring) => store::keys::delete(tx, &id).map(|()| Retired::Yes),
                Some(state) => Ok(Retired::InUse(state)),
            }
        });
        Ok(retired.await?)
    }

    /// Seals every key under another secret; how many. Running processes go on with the keys they have opened.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn reseal_keys(&self, secret: Secret) -> Result<usize, Fault> {
        let codec = Arc::clone(&self.codec);
        let resealed = self.store.write(move |tx| {
            let records = store::keys::all(tx, Time::UNIX_EPOCH)?;
            let resealed = match codec.keys().resealed(&records, &secret) {
                Ok(resealed) => resealed,
                Err(problem) => return Ok(Err(problem)),
            };
            resealed.iter().try_for_each(|(id, sealed)| store::keys::reseal(tx, id, sealed))?;
            Ok(Ok(resealed.len()))
        });
        Ok(resealed.await??)
    }

    fn make_keys(&self, states: &[KeyState], now: Time) -> Result<Vec<KeyRecord>, KeyringProblem> {
        let kinds = kinds(self.algorithm, states);
        kinds.into_iter().map(|kind| self.codec.keys().make(kind, now)).collect()
    }

    /// Puts keys beside those that are stored, which are handed to `work`, if they are all sealed under one secret still.
    async fn change_keys<F>(&self, now: Time, work: F) -> Result<(), Fault>
    where
        F: FnOnce(&mut Tx<'_>, &[KeyRecord]) -> Result<(), StoreFault> + Send + 'static,
    {
        let codec = Arc::clone(&self.codec);
        let changed = self.store.write(move |tx| {
            let records = store::keys::all(tx, now)?;
            // They may have been resealed since this process made its own.
            match codec.keys().check_secret(&records) {
                Ok(()) => work(tx, &records).map(Ok),
                Err(problem) => Ok(Err(problem)),
            }
        });
        Ok(changed.await??)
    }
}

/// When the last token of the old keys dies.
struct Last {
    access: Time,
    /// A lost answer makes a browser come back with an older token at any time in the life of its session.
    refresh: Time,
}

/// What keys there are, for both purposes. Refresh tokens are signed with HMAC, since only we verify them.
pub(super) fn kinds(access: Algorithm, states: &[KeyState]) -> Vec<KeyKind> {
    let purposes = [(KeyPurpose::Access, access), (KeyPurpose::Refresh, Algorithm::Hs256)];
    let of = |(purpose, algorithm)| states.iter().map(move |&state| KeyKind { purpose, algorithm, state });
    purposes.into_iter().flat_map(of).collect()
}

/// The key of access tokens in this state, if it is of another algorithm.
fn other_than(algorithm: Algorithm, keys: &[KeyRecord], state: KeyState) -> Option<&KeyRecord> {
    let access = keys.iter().find(|key| key.purpose == KeyPurpose::Access && key.state == state);
    access.filter(|key| key.algorithm != algorithm)
}

fn promote_all(tx: &mut Tx<'_>, keys: &[KeyRecord], fresh: &[KeyRecord], last: &Last) -> Result<(), StoreFault> {
    for waiting in fresh {
        let of = |state| keys.iter().find(|key| key.purpose == waiting.purpose && key.state == state);
        let (Some(active), Some(next)) = (of(KeyState::Active), of(KeyState::Next)) else {
            return Err(StoreFault::Corrupt { table: "signing_keys", column: "state" });
        };
        let last = match waiting.purpose {
            KeyPurpose::Access => last.access,
            KeyPurpose::Refresh => last.refresh,
        };
        store::keys::promote(tx, &next.id, &active.id, retired_at(last))?;
        store::keys::insert(tx, waiting)?;
    }
    Ok(())
}

fn replace_all(tx: &mut Tx<'_>, keys: &[KeyRecord], fresh: &[KeyRecord], now: Time) -> Result<(), StoreFault> {
    keys.iter().try_for_each(|old| store::keys::delete(tx, &old.id))?;
    fresh.iter().try_for_each(|key| store::keys::insert(tx, key))?;
    store::sessions::end_all(tx, EndReason::Emergency, now)?;
    Ok(())
}
