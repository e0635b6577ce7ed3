//! The signing keys as the operator sees and changes them. Every process follows within a second.

use super::{Accounts, Fault};
use crate::domain::key::{Algorithm, KeyPurpose, KeyRecord, KeyState, retired_at};
use crate::domain::lifetimes::{LEEWAY, Lifetimes};
use crate::domain::session::EndReason;
use crate::domain::{Span, Time};
use crate::store::{self, StoreFault, Tx};
use crate::token::{KeyKind, Secret};
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
        let (now, lifetimes) = (self.clock.now(), self.lifetimes);
        match rotation {
            KeyRotation::Ordinary => {
                let fresh = self.make_keys(&[KeyState::Next], now).await?;
                let promote = move |tx: &mut Tx<'_>, keys: &[KeyRecord]| {
                    let last = Last::of(tx, keys, &lifetimes, now)?;
                    promote_all(tx, keys, &fresh, &last)
                };
                self.change_keys(now, promote).await?;
                tracing::info!(event = "keys_rotated", "security event");
            }
            KeyRotation::Emergency => {
                let fresh = self.make_keys(&[KeyState::Active, KeyState::Next], now).await?;
                self.change_keys(now, move |tx, keys| replace_all(tx, keys, &fresh, now)).await?;
                tracing::info!(event = "keys_replaced", "security event");
            }
        }
        Ok(())
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
                Some(KeyState::Retiring) => {
                    store::keys::delete(tx, &id)?;
                    tracing::info!(event = "key_retired", key = id, "security event");
                    Ok(Retired::Yes)
                }
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
            tracing::info!(event = "keys_resealed", "security event");
            Ok(Ok(resealed.len()))
        });
        Ok(resealed.await??)
    }

    /// Makes keys of the algorithm that the servers have adopted for the next one.
    async fn make_keys(&self, states: &[KeyState], now: Time) -> Result<Vec<KeyRecord>, Fault> {
        let keys = self.keys().await?;
        let next = key_of(&keys, KeyPurpose::Access, KeyState::Next).ok_or(NO_KEY)?;
        let kinds = kinds(next.algorithm, states);
        Ok(kinds
            .into_iter()
            .map(|kind| self.codec.keys().make(kind, now))
            .collect::<Result<_, _>>()?)
    }

    /// Puts keys beside those that are stored, which are handed to `work`, if they are all sealed under one secret still.
    pub(super) async fn change_keys<F>(&self, now: Time, work: F) -> Result<(), Fault>
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

/// A key that is always there is not.
const NO_KEY: StoreFault = StoreFault::Corrupt { table: "signing_keys", column: "state" };

/// When the last token of the old keys dies, by what the records promise and by the settings of this process, whichever is later.
struct Last {
    access_life: Span,
    access: Time,
    /// A lost answer makes a browser come back with an older token at any time in the life of its session.
    refresh: Time,
}

impl Last {
    fn of(
        tx: &mut Tx<'_>,
        keys: &[KeyRecord],
        lifetimes: &Lifetimes,
        now: Time,
    ) -> Result<Self, StoreFault> {
        let access_life = max_lifetime(keys).max(lifetimes.access);
        let last_end = store::sessions::last_end(tx)?.unwrap_or(now);
        Ok(Self {
            access_life,
            access: now + access_life + LEEWAY,
            refresh: last_end.max(now + lifetimes.session),
        })
    }
}

/// The longest life that a server gives access tokens.
fn max_lifetime(keys: &[KeyRecord]) -> Span {
    keys.iter().map(|key| key.token_life).max().unwrap_or_default()
}

/// What keys there are, for both purposes. Refresh tokens are signed with HMAC, since only we verify them.
pub(super) fn kinds(access: Algorithm, states: &[KeyState]) -> Vec<KeyKind> {
    let purposes = [(KeyPurpose::Access, access), (KeyPurpose::Refresh, Algorithm::Hs256)];
    let of = |(purpose, algorithm)| {
        states.iter().map(move |&state| KeyKind { purpose, algorithm, state })
    };
    purposes.into_iter().flat_map(of).collect()
}

/// The key for this purpose in this state; of retiring ones there may be several.
pub(super) fn key_of(
    keys: &[KeyRecord],
    purpose: KeyPurpose,
    state: KeyState,
) -> Option<&KeyRecord> {
    keys.iter().find(|key| key.purpose == purpose && key.state == state)
}

fn promote_all(
    tx: &mut Tx<'_>,
    keys: &[KeyRecord],
    fresh: &[KeyRecord],
    last: &Last,
) -> Result<(), StoreFault> {
    for waiting in fresh {
        let active = key_of(keys, waiting.purpose, KeyState::Active).ok_or(NO_KEY)?;
        let next = key_of(keys, waiting.purpose, KeyState::Next).ok_or(NO_KEY)?;
        let last = match waiting.purpose {
            KeyPurpose::Access => last.access,
            KeyPurpose::Refresh => last.refresh,
        };
        store::keys::promote(tx, &next.id, &active.id, retired_at(last))?;
        store::keys::insert(tx, waiting)?;
    }
    store::keys::raise_max_lifetime(tx, last.access_life)
}

fn replace_all(
    tx: &mut Tx<'_>,
    keys: &[KeyRecord],
    fresh: &[KeyRecord],
    now: Time,
) -> Result<(), StoreFault> {
    keys.iter().try_for_each(|old| store::keys::delete(tx, &old.id))?;
    fresh.iter().try_for_each(|key| store::keys::insert(tx, key))?;
    store::keys::raise_max_lifetime(tx, max_lifetime(keys))?;
    store::sessions::end_all(tx, EndReason::Operator, now)?;
    Ok(())
}
