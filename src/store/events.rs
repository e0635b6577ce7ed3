//! The audit log.

use super::column::millis;
use super::connection::on_either;
use super::schema::events;
use super::{StoreFault, Tx, Unit};
use crate::domain::account::AccountId;
use crate::domain::event::{Actor, Event};
use crate::domain::{Time, new_id};
use diesel::prelude::*;

#[derive(Insertable)]
#[diesel(table_name = events)]
struct NewRow {
    id: String,
    at: i64,
    kind: &'static str,
    outcome: &'static str,
    actor: String,
    subject: Option<String>,
    session_id: Option<String>,
    address: Option<String>,
    device: Option<String>,
    details: Option<String>,
}

impl Unit<'_> {
    /// Adds an event to the audit log. It is also logged, after the commit.
    pub fn record(&mut self, event: Event) -> Result<(), StoreFault> {
        self.record_all(vec![event])
    }

    pub fn record_all(&mut self, events: Vec<Event>) -> Result<(), StoreFault> {
        insert(self, &events)?;
        self.effects.events.extend(events);
        Ok(())
    }
}

fn insert(tx: &mut Tx<'_>, events: &[Event]) -> Result<(), StoreFault> {
    let rows: Vec<NewRow> = events.iter().map(NewRow::from).collect();
    on_either!(tx.0, connection =>
        diesel::insert_into(events::table).values(&rows).execute(connection)?);
    Ok(())
}

/// Removes personal data from the events of a deleted account.
pub fn anonymise(tx: &mut Tx<'_>, subject: AccountId) -> Result<(), StoreFault> {
    let nothing = Option::<String>::None;
    let of_account = events::table.filter(events::subject.eq(subject.0.to_string()));
    diesel::update(of_account)
        .set((
            events::address.eq(nothing.clone()),
            events::device.eq(nothing.clone()),
            events::details.eq(nothing),
        ))
        .execute(tx.0)?;
    Ok(())
}

/// Deletes at most `limit` events from before then; returns how many.
pub fn sweep(tx: &mut Tx<'_>, before: Time, limit: i64) -> Result<usize, StoreFault> {
    let old = events::table.filter(events::at.lt(millis(before)));
    let ids: Vec<String> = old.select(events::id).limit(limit).load(tx.0)?;
    let swept = events::table.filter(events::id.eq_any(ids));
    Ok(diesel::delete(swept).execute(tx.0)?)
}

impl From<&Event> for NewRow {
    fn from(event: &Event) -> Self {
        Self {
            id: new_id(event.at).to_string(),
            at: millis(event.at),
            kind: event.kind.into_str(),
            outcome: event.outcome.into_str(),
            actor: match event.actor {
                Actor::Account(id) => id.0.to_string(),
                Actor::Operator => "operator".to_owned(),
            },
            subject: event.subject.map(|id| id.0.to_string()),
            session_id: event.session_id.map(|id| id.0.to_string()),
            address: event.address.map(|address| address.to_string()),
            device: event.user_agent.clone(),
            details: details(&event.details),
        }
    }
}

/// One JSON object; null if there are none.
fn details(details: &[(&'static str, String)]) -> Option<String> {
    let object: serde_json::Map<_, _> =
        details.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
    (!object.is_empty()).then(|| serde_json::Value::Object(object).to_string())
}
