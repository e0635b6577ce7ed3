//! The unit of work: one transaction, its locks, and its effects after the commit.

use super::connection::Db;
use super::revocation_cache::RevocationCache;
use crate::domain::Time;
use crate::domain::account::Account;
use crate::domain::event::{Actor, Event, EventOutcome};
use crate::domain::revocation::Revocation;
use crate::metrics::Metrics;
use std::ops::{Deref, DerefMut};
use tracing::field::display;

/// A connection inside a transaction.
pub struct Tx<'c>(pub(super) &'c mut Db);

/// A transaction that writes. It may be run again if it conflicts with a concurrent one, so it must
/// change nothing but the database.
pub struct Unit<'c> {
    tx: Tx<'c>,
    now: Time,
    pub(super) effects: Effects,
}

/// What is published and logged after the commit.
#[derive(Default)]
pub(super) struct Effects {
    pub revocations: Vec<Revocation>,
    pub events: Vec<Event>,
}

/// An account that no concurrent transaction can change before this one ends. It is required to
/// start or end its sessions and to change its credentials or role.
pub struct LockedAccount(pub(super) Account);

/// The lock on the number of administrators, held by one transaction at a time.
pub struct LockedAdministrators(pub(super) ());

/// The right to change the signing keys: held by one transaction at a time.
pub struct LockedKeys(pub(super) ());

impl<'c> Unit<'c> {
    pub(super) fn new(db: &'c mut Db, now: Time) -> Self {
        Self { tx: Tx(db), now, effects: Effects::default() }
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
            metrics.event_written(event.kind);
            log(event);
        }
    }
}

fn log(event: &Event) {
    let kind = event.kind.into_str();
    let actor = match event.actor {
        Actor::Account(id) => id.0.to_string(),
        Actor::Operator => "operator".to_owned(),
    };
    let account = event.subject.map(|id| display(id.0));
    let session = event.session_id.map(|id| display(id.0));
    let address = event.address.map(display);
    let details = event.details.iter().map(|(name, value)| format!("{name}={value}"));
    let details = details.collect::<Vec<_>>().join(" ");
    let details = (!details.is_empty()).then(|| display(details));
    if event.outcome == EventOutcome::Refused {
        tracing::warn!(event = kind, actor, account, session, address, details, "security event");
    } else {
        tracing::info!(event = kind, actor, account, session, address, details, "security event");
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
