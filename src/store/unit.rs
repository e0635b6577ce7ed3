//! The unit of work: one transaction, its locks, and its effects after the commit.

use super::connection::Db;
use super::event_log::{LoggedEvent, log};
use super::revocation_cache::RevocationCache;
use crate::domain::Time;
use crate::domain::account::Account;
use crate::domain::revocation::Revocation;
use crate::metrics::Metrics;
use std::ops::{Deref, DerefMut};

/// A connection inside a transaction.
pub struct Tx<'c>(pub(super) &'c mut Db);

/// A transaction that writes. It may be run again if it conflicts with a concurrent one, so it must
/// change nothing but the database.
pub struct Unit<'c> {
    tx: Tx<'c>,
    now: Time,
    /// The system user who runs this process: named by the events of the operator.
    pub(super) system_user: &'c str,
    pub(super) effects: Effects,
}

/// What is published and logged after the commit.
#[derive(Default)]
pub(super) struct Effects {
    pub revocations: Vec<Revocation>,
    pub events: Vec<LoggedEvent>,
}

/// An account that no concurrent transaction can change before this one ends. It is required to
/// start or end its sessions and to change its credentials or role.
pub struct LockedAccount(pub(super) Account);

/// The lock on the number of administrators, held by one transaction at a time.
pub struct LockedAdministrators(pub(super) ());

/// The right to change the signing keys: held by one transaction at a time.
pub struct LockedKeys(pub(super) ());

impl<'c> Unit<'c> {
    pub(super) fn new(db: &'c mut Db, now: Time, system_user: &'c str) -> Self {
        Self { tx: Tx(db), now, system_user, effects: Effects::default() }
    }

    /// When this unit of work began.
    pub fn now(&self) -> Time {
        self.now
    }

    /// What must be done after the commit.
    pub(super) fn into_effects(self) -> Effects {
        self.effects
    }
}

impl Effects {
    /// Applied before the request is answered.
    pub(super) fn apply(self, cache: &RevocationCache, metrics: &Metrics) {
        cache.add(&self.revocations);
        for event in &self.events {
            if !event.repeated {
                metrics.event_written(event.event.kind);
            }
            log(event);
        }
    }
}

impl<'c> Deref for Unit<'c> {
    type Target = Tx<'c>;

    fn deref(&self) -> &Tx<'c> {
        &self.tx
    }
}

impl DerefMut for Unit<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.tx
    }
}

impl Deref for LockedAccount {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.0
    }
}

impl LockedAccount {
    #[must_use]
    pub fn into_inner(self) -> Account {
        self.0
    }
}
