//! Reading the audit log.

use super::column::{Column, millis};
use super::connection::Db;
use super::schema::events;
use super::{StoreFault, Tx};
use crate::domain::Time;
use crate::domain::account::AccountId;
use crate::domain::event::{Event, EventKind};
use crate::domain::session::SessionId;
use diesel::helper_types::IntoBoxed;
use diesel::prelude::*;
use uuid::Uuid;

/// Which events are meant; all if nothing is set.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventFilter {
    /// Those that happened to this account.
    pub account: Option<AccountId>,
    pub kind: Option<EventKind>,
}

/// An event of the audit log.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    pub id: Uuid,
    pub event: Event,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
struct Row {
    id: String,
    at: i64,
    kind: String,
    outcome: String,
    actor: String,
    subject: Option<String>,
    session_id: Option<String>,
    address: Option<String>,
    device: Option<String>,
    details: Option<String>,
}

/// The newest `limit` events, newest last.
pub fn newest(
    tx: &mut Tx<'_>,
    filter: EventFilter,
    limit: i64,
) -> Result<Vec<StoredEvent>, StoreFault> {
    let rows = filter.of_table().order((events::at.desc(), events::id.desc())).limit(limit);
    let rows: Vec<Row> = rows.select(Row::as_select()).load(tx.0)?;
    rows.into_iter().rev().map(Row::event).collect()
}

/// At most `limit` events from then on, newest last, of those that come after `last`.
pub fn since(
    tx: &mut Tx<'_>,
    filter: EventFilter,
    from: Time,
    last: Option<&StoredEvent>,
    limit: usize,
) -> Result<Vec<StoredEvent>, StoreFault> {
    let mut rows = filter.of_table().filter(events::at.ge(millis(from)));
    if let Some(last) = last {
        let at = millis(last.event.at);
        let later = events::at.eq(at).and(events::id.gt(last.id.to_string()));
        rows = rows.filter(events::at.gt(at).or(later));
    }
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = rows.order((events::at.asc(), events::id.asc())).limit(limit);
    let rows: Vec<Row> = rows.select(Row::as_select()).load(tx.0)?;
    rows.into_iter().map(Row::event).collect()
}

impl EventFilter {
    fn of_table(self) -> IntoBoxed<'static, events::table, <Db as Connection>::Backend> {
        let mut rows = events::table.into_boxed();
        if let Some(account) = self.account {
            rows = rows.filter(events::subject.eq(account.0.to_string()));
        }
        if let Some(kind) = self.kind {
            rows = rows.filter(events::kind.eq(kind.into_str()));
        }
        rows
    }
}

impl Row {
    fn event(self) -> Result<StoredEvent, StoreFault> {
        let id =
            |column, text: Option<String>| text.map(|text| Column(column).id(&text)).transpose();
        let address =
            self.address.map(|address| Column("events.address").known(address.parse().ok()));
        let event = Event {
            kind: Column("events.kind").known(self.kind.parse().ok())?,
            outcome: Column("events.outcome").known(self.outcome.parse().ok())?,
            at: Column("events.at").time(self.at)?,
            actor: Column("events.actor").known(self.actor.parse().ok())?,
            subject: id("events.subject", self.subject)?.map(AccountId),
            session_id: id("events.session_id", self.session_id)?.map(SessionId),
            address: address.transpose()?,
            user_agent: self.device,
            details: details(self.details.as_deref())?,
        };
        Ok(StoredEvent { id: Column("events.id").id(&self.id)?, event })
    }
}

/// The names and values of a JSON object.
fn details(object: Option<&str>) -> Result<Vec<(String, String)>, StoreFault> {
    let Some(object) = object else { return Ok(Vec::new()) };
    let object = serde_json::from_str::<std::collections::BTreeMap<_, _>>(object).ok();
    Ok(Column("events.details").known(object)?.into_iter().collect())
}
