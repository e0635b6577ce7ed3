//! Reading the audit log, and following it.

use super::{AccountRef, Administration};
use crate::accounts::Fault;
use crate::domain::event::EventKind;
use crate::domain::{Span, Time};
use crate::store::event_search::{EventFilter, StoredEvent};
use crate::store::{self, Store};
use std::collections::HashMap;
use uuid::Uuid;

/// How many of the newest events are read if no beginning is given.
const NEWEST: i64 = 100;
/// Events read at a time.
const BATCH: usize = 500;
/// How far each further read goes back before the newest event: rows may be committed late, and
/// clocks differ.
const OVERLAP: Span = Span::seconds(30);

/// Which events to read.
#[derive(Clone, Debug, Default)]
pub struct EventQuery {
    pub account: Option<AccountRef>,
    pub kind: Option<EventKind>,
    /// From when on; none means the newest hundred.
    pub since: Option<Time>,
}

/// Some events, newest last.
#[derive(Debug)]
pub struct EventBatch {
    pub events: Vec<StoredEvent>,
    /// Whether there are no more at the moment.
    pub is_last: bool,
}

/// Reads events once each, also those that are added later.
pub struct EventReader {
    store: Store,
    filter: EventFilter,
    /// Where the next read begins; none: with the newest ones.
    from: Option<Time>,
    last: Option<StoredEvent>,
    /// What was read already of that which the next read may read again.
    seen: HashMap<Uuid, Time>,
}

impl Administration {
    /// A reader of these events; none if there is no account with this email address. An ID may be
    /// that of a deleted account.
    pub async fn events(&self, query: EventQuery) -> Result<Option<EventReader>, Fault> {
        let account = match query.account {
            None => None,
            Some(AccountRef::Id(id)) => Some(id),
            Some(AccountRef::Email(email)) => {
                let find = self.store.read(move |tx| store::accounts::find_by_email(tx, &email));
                let Some(account) = find.await? else { return Ok(None) };
                Some(account.id)
            }
        };
        let filter = EventFilter { account, kind: query.kind };
        let (store, seen) = (self.store.clone(), HashMap::new());
        Ok(Some(EventReader { store, filter, from: query.since, last: None, seen }))
    }
}

impl EventReader {
    /// The next events that have not been read yet.
    pub async fn read(&mut self) -> Result<EventBatch, Fault> {
        let (filter, last) = (self.filter, self.last.clone());
        let Some(from) = self.from else { return self.read_newest().await };
        let read = self
            .store
            .read(move |tx| store::event_search::since(tx, filter, from, last.as_ref(), BATCH));
        let mut events = read.await?;
        let is_last = events.len() < BATCH;
        self.last = events.last().cloned();
        events.retain(|found| !self.seen.contains_key(&found.id));
        self.note(&events);
        if is_last {
            self.rewind(from);
        }
        Ok(EventBatch { events, is_last })
    }

    async fn read_newest(&mut self) -> Result<EventBatch, Fault> {
        let filter = self.filter;
        let read = self.store.read(move |tx| store::event_search::newest(tx, filter, NEWEST));
        let events = read.await?;
        self.note(&events);
        // What is older was left out; it must not appear later.
        self.rewind(events.first().map_or(Time::UNIX_EPOCH, |oldest| oldest.event.at));
        Ok(EventBatch { events, is_last: true })
    }

    /// Remembers what the next read may read again.
    fn note(&mut self, events: &[StoredEvent]) {
        self.seen.extend(events.iter().map(|found| (found.id, found.event.at)));
        if let Some(newest) = self.newest() {
            self.seen.retain(|_, at| *at >= newest - OVERLAP);
        }
    }

    /// Lets the next read begin shortly before the newest event, but not before `first`.
    fn rewind(&mut self, first: Time) {
        self.last = None;
        self.from = Some(self.newest().map_or(first, |newest| first.max(newest - OVERLAP)));
    }

    fn newest(&self) -> Option<Time> {
        self.seen.values().max().copied()
    }
}
