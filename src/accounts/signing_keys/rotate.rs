//! The operator's verbs on keys. Every running process follows within a second.

use super::SigningKeys;
use crate::accounts::Fault;
use crate::domain::event::{Event, EventKind};
use crate::domain::key::{Algorithm, KeyPurpose, KeyRecord, KeyState, retired_at};
use crate::domain::lifetimes::{LEEWAY, Lifetimes};
use crate::domain::session::EndReason;
use crate::domain::{Span, Time};
use crate::store::{self, LockedKeys, StoreFault, Unit};
use crate::token::{KeyKind, Secret};
use std::sync::Arc;

/// The kind of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRotation {
    /// The next keys sign from now on; the old ones verify until their last token has expired.
    /// Nobody is signed out.
    Ordinary,
    /// Every key is deleted, including the next ones, because whoever could read one could read
    /// all. Everybody has to sign in again.
    Emergency,
}

/// Whether a key was retired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetireOutcome {
    Retired,
    NotFound,
    /// It is active or next.
    InUse(KeyState),
}

impl SigningKeys {
    /// The stored keys that still verify, oldest first.
    pub async fn list(&self) -> Result<Vec<KeyRecord>, Fault> {
        let now = self.clock.now();
        Ok(self.store.read(move |tx| store::keys::all(tx, now)).await?)
    }

    /// Rotates the keys of both tokens.
    pub async fn rotate(&self, rotation: KeyRotation) -> Result<(), Fault> {
        let lifetimes = self.lifetimes;
        match rotation {
            KeyRotation::Ordinary => {
                let created = self.create(&[KeyState::Next]).await?;
                self.change(move |unit, locked, keys| {
                    let last = LastExpiry::of(unit, keys, &lifetimes)?;
                    promote_all(unit, locked, keys, &created, &last)
                })
                .await
            }
            KeyRotation::Emergency => {
                let created = self.create(&[KeyState::Active, KeyState::Next]).await?;
                self.change(move |unit, locked, keys| replace_all(unit, locked, keys, &created))
                    .await
            }
        }
    }

    /// Deletes a retiring key before it expires: its tokens are refused from then on.
    pub async fn retire(&self, id: String) -> Result<RetireOutcome, Fault> {
        let retired = self.store.write(self.clock.now(), move |unit| {
            let locked = unit.lock_keys()?;
            let now = unit.now();
            let keys = store::keys::all(unit, now)?;
            match keys.iter().find(|key| key.id == id).map(|key| key.state) {
                None => Ok(RetireOutcome::NotFound),
                Some(KeyState::Retiring) => {
                    store::keys::delete(unit, &locked, &id)?;
                    let event = Event::by_operator(EventKind::KeyRetired, None, now);
                    unit.record(event.with_detail("key", &id))?;
                    Ok(RetireOutcome::Retired)
                }
                Some(state) => Ok(RetireOutcome::InUse(state)),
            }
        });
        Ok(retired.await?)
    }

    /// Seals every key under another secret; returns how many. Running processes keep the keys they
    /// have opened.
    pub async fn reseal(&self, secret: Secret) -> Result<usize, Fault> {
        let codec = Arc::clone(&self.codec);
        let resealed = self.store.write(self.clock.now(), move |unit| {
            let locked = unit.lock_keys()?;
            let records = store::keys::all(unit, Time::UNIX_EPOCH)?;
            let resealed = match codec.keys().resealed(&records, &secret) {
                Ok(resealed) => resealed,
                Err(error) => return Ok(Err(error)),
            };
            resealed
                .iter()
                .try_for_each(|(id, sealed)| store::keys::reseal(unit, &locked, id, sealed))?;
            unit.record(Event::by_operator(EventKind::KeysResealed, None, unit.now()))?;
            Ok(Ok(resealed.len()))
        });
        Ok(resealed.await??)
    }

    /// Creates keys with the algorithm of the next key, which the servers have chosen.
    pub(super) async fn create(&self, states: &[KeyState]) -> Result<Vec<KeyRecord>, Fault> {
        let keys = self.list().await?;
        let next = key_of(&keys, KeyPurpose::Access, KeyState::Next).ok_or(MISSING_KEY)?;
        let create = |kind| self.codec.keys().generate(kind, self.clock.now());
        Ok(kinds(next.algorithm, states).into_iter().map(create).collect::<Result<_, _>>()?)
    }

    /// Changes the stored keys, which `work` is given, if this process can open all of them.
    pub(super) async fn change<T, F>(&self, work: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: Fn(&mut Unit<'_>, &LockedKeys, &[KeyRecord]) -> Result<T, StoreFault> + Send + 'static,
    {
        let codec = Arc::clone(&self.codec);
        let changed = self.store.write(self.clock.now(), move |unit| {
            let locked = unit.lock_keys()?;
            let now = unit.now();
            let records = store::keys::all(unit, now)?;
            // They may have been resealed after this process opened them.
            match codec.keys().check_secret(&records) {
                Ok(()) => work(unit, &locked, &records).map(Ok),
                Err(error) => Ok(Err(error)),
            }
        });
        Ok(changed.await??)
    }
}

/// A key that must exist is missing.
const MISSING_KEY: StoreFault = StoreFault::Corrupt("signing_keys.state");

/// When the last token of the old keys expires, according to the stored keys or to the settings of
/// this process, whichever is later.
struct LastExpiry {
    access_lifetime: Span,
    access: Time,
    /// After a lost response, a browser may return with an older token at any time within the
    /// lifetime of its session.
    refresh: Time,
}

impl LastExpiry {
    fn of(
        unit: &mut Unit<'_>,
        keys: &[KeyRecord],
        lifetimes: &Lifetimes,
    ) -> Result<Self, StoreFault> {
        let now = unit.now();
        let access_lifetime = max_token_lifetime(keys).max(lifetimes.access);
        let last = store::sessions::last_expiry(unit)?.unwrap_or(now);
        Ok(Self {
            access_lifetime,
            access: now + access_lifetime + LEEWAY,
            refresh: last.max(now + lifetimes.absolute),
        })
    }
}

/// The longest lifetime that any server gives access tokens.
fn max_token_lifetime(keys: &[KeyRecord]) -> Span {
    keys.iter().map(|key| key.max_token_lifetime).max().unwrap_or_default()
}

/// The kinds of keys in these states, for both tokens. Refresh tokens are signed with HMAC, because
/// only we verify them.
pub(super) fn kinds(access: Algorithm, states: &[KeyState]) -> Vec<KeyKind> {
    let purposes = [(KeyPurpose::Access, access), (KeyPurpose::Refresh, Algorithm::Hs256)];
    let of = |(purpose, algorithm)| {
        states.iter().map(move |&state| KeyKind { purpose, algorithm, state })
    };
    purposes.into_iter().flat_map(of).collect()
}

/// The key with this purpose and state. Of retiring keys, there may be several.
pub(super) fn key_of(
    keys: &[KeyRecord],
    purpose: KeyPurpose,
    state: KeyState,
) -> Option<&KeyRecord> {
    keys.iter().find(|key| key.purpose == purpose && key.state == state)
}

fn promote_all(
    unit: &mut Unit<'_>,
    locked: &LockedKeys,
    keys: &[KeyRecord],
    created: &[KeyRecord],
    last: &LastExpiry,
) -> Result<(), StoreFault> {
    for new in created {
        let active = key_of(keys, new.purpose, KeyState::Active).ok_or(MISSING_KEY)?;
        let next = key_of(keys, new.purpose, KeyState::Next).ok_or(MISSING_KEY)?;
        let last = match new.purpose {
            KeyPurpose::Access => last.access,
            KeyPurpose::Refresh => last.refresh,
        };
        store::keys::promote(unit, locked, &next.id, &active.id, retired_at(last))?;
        store::keys::insert(unit, locked, new)?;
    }
    store::keys::raise_max_lifetime(unit, locked, last.access_lifetime)?;
    unit.record(Event::by_operator(EventKind::KeysRotated, None, unit.now()))
}

fn replace_all(
    unit: &mut Unit<'_>,
    locked: &LockedKeys,
    keys: &[KeyRecord],
    created: &[KeyRecord],
) -> Result<(), StoreFault> {
    keys.iter().try_for_each(|old| store::keys::delete(unit, locked, &old.id))?;
    created.iter().try_for_each(|key| store::keys::insert(unit, locked, key))?;
    store::keys::raise_max_lifetime(unit, locked, max_token_lifetime(keys))?;
    let ended = store::sessions::end_all(unit, EndReason::Operator)?;
    let event = Event::by_operator(EventKind::KeysReplaced, None, unit.now());
    unit.record(event.with_detail("ended_sessions", &ended.to_string()))
}
