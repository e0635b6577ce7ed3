//! The audit log: adding to it, and the only two changes of its rows.

use super::column::millis;
use super::connection::on_either;
use super::event_log::LoggedEvent;
use super::schema::events;
use super::{StoreFault, Tx, Unit};
use crate::domain::account::AccountId;
use crate::domain::event::{Actor, Event, FOLD};
use crate::domain::{Time, new_numbered_id};
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
    /// Adds an event to the audit log, unless it repeats one of the last minute and its kind is
    /// folded. It is logged in either case, after the commit.
    pub fn record(&mut self, event: Event) -> Result<(), StoreFault> {
        let event = match event.actor {
            Actor::Operator => event.with_detail("system_user", self.system_user),
            Actor::Account(_) | Actor::Anonymous => event,
        };
        let repeated = event.is_folded() && is_repeated(self, &event)?;
        if !repeated {
            let number = u16::try_from(self.effects.events.len()).unwrap_or(u16::MAX);
            insert(self, &event, number)?;
        }
        self.effects.events.push(LoggedEvent { event, repeated });
        Ok(())
    }
}

/// Whether there is an event of the last minute with this kind and session or, without a session,
/// with this kind and subject.
fn is_repeated(tx: &mut Tx<'_>, event: &Event) -> Result<bool, StoreFault> {
    let Some(subject) = event.subject else { return Ok(false) };
    let recent = events::table
        .filter(events::subject.eq(subject.0.to_string()))
        .filter(events::at.gt(millis(event.at - FOLD)))
        // Not for as long as the clock was set back.
        .filter(events::at.lt(millis(event.at + FOLD)))
        .filter(events::kind.eq(event.kind.into_str()));
    let sessions: Vec<Option<String>> = recent.select(events::session_id).load(tx.0)?;
    Ok(sessions.contains(&event.session_id.map(|id| id.0.to_string())))
}

/// `number` is that of the event in its unit of work: they are read in this order.
fn insert(tx: &mut Tx<'_>, event: &Event, number: u16) -> Result<(), StoreFault> {
    let row = NewRow::new(event, number);
    on_either!(tx.0, connection =>
        diesel::insert_into(events::table).values(&row).execute(connection)?);
    Ok(())
}

/// Removes personal data from the events of a deleted account, and from what it did to others.
pub fn anonymise(tx: &mut Tx<'_>, account: AccountId) -> Result<(), StoreFault> {
    let id = account.0.to_string();
    let nothing = Option::<String>::None;
    let to_others = events::actor.nullable().ne(events::subject);
    let by_account = events::actor.eq(id.clone()).nullable().and(to_others);
    let concerned = events::table.filter(events::subject.eq(id).or(by_account));
    diesel::update(concerned)
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

impl NewRow {
    fn new(event: &Event, number: u16) -> Self {
        Self {
            id: new_numbered_id(event.at, number).to_string(),
            at: millis(event.at),
            kind: event.kind.into_str(),
            outcome: event.outcome.into_str(),
            actor: event.actor.to_string(),
            subject: event.subject.map(|id| id.0.to_string()),
            session_id: event.session_id.map(|id| id.0.to_string()),
            address: event.address.map(|address| address.to_string()),
            device: event.user_agent.clone(),
            details: details(&event.details),
        }
    }
}

/// One JSON object; null if there are none.
fn details(details: &[(String, String)]) -> Option<String> {
    let object: serde_json::Map<_, _> =
        details.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    (!object.is_empty()).then(|| serde_json::Value::Object(object).to_string())
}
