//! Session records. Every write is conditional: one affected row means you won, none means read again and decide again.

use super::row::{from_column, id, known, to_column};
use super::schema::sessions;
use super::{StoreFault, Tx};
use crate::domain::Time;
use crate::domain::account::AccountId;
use crate::domain::device::Device;
use crate::domain::rotation::Step;
use crate::domain::session::{EndReason, Generation, Session, SessionId};
use chrono::NaiveDateTime;
use diesel::dsl::max;
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
struct Row {
    id: String,
    account_id: String,
    generation: i64,
    parent: i64,
    rotated_at: NaiveDateTime,
    replay_until: NaiveDateTime,
    confirmed: bool,
    persistent: bool,
    method: String,
    created_at: NaiveDateTime,
    authenticated_at: NaiveDateTime,
    last_seen_at: NaiveDateTime,
    idle_expires_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    user_agent: String,
    ip: Option<String>,
    ended_at: Option<NaiveDateTime>,
    end_reason: Option<String>,
}

#[derive(AsChangeset)]
#[diesel(table_name = sessions)]
struct Ending {
    ended_at: Option<NaiveDateTime>,
    end_reason: Option<String>,
}

/// # Errors
/// `StoreFault`.
pub fn insert(tx: &mut Tx<'_>, session: &Session) -> Result<(), StoreFault> {
    diesel::insert_into(sessions::table).values(&Row::from(session)).execute(tx.0)?;
    Ok(())
}

/// # Errors
/// `StoreFault`.
pub fn find(tx: &mut Tx<'_>, id: SessionId) -> Result<Option<Session>, StoreFault> {
    let row =
        sessions::table.find(id.0.to_string()).select(Row::as_select()).first(tx.0).optional()?;
    row.map(Row::session).transpose()
}

/// Renews, if the session is alive and still as it was decided on: neither renewed nor used nor given again meanwhile.
///
/// # Errors
/// `StoreFault`.
pub fn renew(tx: &mut Tx<'_>, decided_on: &Session, step: &Step) -> Result<bool, StoreFault> {
    let living = sessions::table
        .find(decided_on.id.0.to_string())
        .filter(sessions::generation.eq(decided_on.generation))
        .filter(sessions::confirmed.eq(decided_on.confirmed))
        .filter(sessions::replay_until.eq(to_column(decided_on.replay_until)))
        .filter(sessions::ended_at.is_null());
    let change = (
        sessions::generation.eq(step.generation),
        sessions::parent.eq(step.parent),
        sessions::rotated_at.eq(to_column(step.rotated_at)),
        sessions::replay_until.eq(to_column(step.replay_until)),
        sessions::idle_expires_at.eq(to_column(step.idle_expires_at)),
        sessions::confirmed.eq(false),
    );
    Ok(diesel::update(living).set(change).execute(tx.0)? == 1)
}

/// Counts the windows of a renewal that nobody has used yet from anew; false if somebody has, or it is no longer the last one.
///
/// # Errors
/// `StoreFault`.
pub fn extend_replay(
    tx: &mut Tx<'_>,
    id: SessionId,
    of: Generation,
    until: Time,
) -> Result<bool, StoreFault> {
    let unused = sessions::table
        .find(id.0.to_string())
        .filter(sessions::generation.eq(of))
        .filter(sessions::confirmed.eq(false))
        .filter(sessions::ended_at.is_null());
    Ok(diesel::update(unused).set(sessions::replay_until.eq(to_column(until))).execute(tx.0)? == 1)
}

/// Notes that an access token of this generation was used, the first time only.
///
/// # Errors
/// `StoreFault`.
pub fn confirm(
    tx: &mut Tx<'_>,
    id: SessionId,
    generation: Generation,
    now: Time,
) -> Result<(), StoreFault> {
    let unconfirmed = sessions::table
        .find(id.0.to_string())
        .filter(sessions::generation.eq(generation))
        .filter(sessions::confirmed.eq(false))
        .filter(sessions::ended_at.is_null());
    let change = (sessions::confirmed.eq(true), sessions::last_seen_at.eq(to_column(now)));
    diesel::update(unconfirmed).set(change).execute(tx.0)?;
    Ok(())
}

/// Ends a session in whatever generation it is; false if it had ended before or never was.
///
/// # Errors
/// `StoreFault`.
pub fn end(
    tx: &mut Tx<'_>,
    id: SessionId,
    reason: EndReason,
    now: Time,
) -> Result<bool, StoreFault> {
    let living = sessions::table.find(id.0.to_string()).filter(sessions::ended_at.is_null());
    Ok(diesel::update(living).set(&Ending::new(reason, now)).execute(tx.0)? == 1)
}

/// Ends a session, if it is alive and still in the generation that was decided on.
///
/// # Errors
/// `StoreFault`.
pub fn end_if(
    tx: &mut Tx<'_>,
    decided_on: &Session,
    reason: EndReason,
    now: Time,
) -> Result<bool, StoreFault> {
    let living = sessions::table
        .find(decided_on.id.0.to_string())
        .filter(sessions::generation.eq(decided_on.generation))
        .filter(sessions::ended_at.is_null());
    Ok(diesel::update(living).set(&Ending::new(reason, now)).execute(tx.0)? == 1)
}

/// The sessions of an account that have not ended, last seen first. Some of them may have outlived themselves.
///
/// # Errors
/// `StoreFault`.
pub fn not_ended(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Session>, StoreFault> {
    let of_account = sessions::table
        .filter(sessions::account_id.eq(account.0.to_string()))
        .filter(sessions::ended_at.is_null())
        .order(sessions::last_seen_at.desc());
    let rows = of_account.select(Row::as_select()).load(tx.0)?;
    rows.into_iter().map(Row::session).collect()
}

/// How many sessions live.
///
/// # Errors
/// `StoreFault`.
pub fn count_alive(tx: &mut Tx<'_>, now: Time) -> Result<i64, StoreFault> {
    let living = sessions::table.filter(sessions::ended_at.is_null());
    Ok(living.filter(sessions::idle_expires_at.gt(to_column(now))).count().get_result(tx.0)?)
}

/// When the absolute life of the last of all living sessions is over.
///
/// # Errors
/// `StoreFault`.
pub fn last_end(tx: &mut Tx<'_>) -> Result<Option<Time>, StoreFault> {
    let living = sessions::table.filter(sessions::ended_at.is_null());
    let last: Option<NaiveDateTime> = living.select(max(sessions::expires_at)).first(tx.0)?;
    Ok(last.map(from_column))
}

/// Ends every session of everybody, without revocations: no token of theirs verifies any more, and a process that cannot read that reads
/// these records.
///
/// # Errors
/// `StoreFault`.
pub fn end_all(tx: &mut Tx<'_>, reason: EndReason, now: Time) -> Result<usize, StoreFault> {
    let living = sessions::table.filter(sessions::ended_at.is_null());
    Ok(diesel::update(living).set(&Ending::new(reason, now)).execute(tx.0)?)
}

/// Deletes the records of sessions whose absolute life was over before `before`: no cookie of theirs is left anywhere.
///
/// # Errors
/// `StoreFault`.
pub fn sweep(tx: &mut Tx<'_>, before: Time) -> Result<usize, StoreFault> {
    let gone = sessions::table.filter(sessions::expires_at.lt(to_column(before)));
    Ok(diesel::delete(gone).execute(tx.0)?)
}

impl Ending {
    fn new(reason: EndReason, now: Time) -> Self {
        Self { ended_at: Some(to_column(now)), end_reason: Some(reason.into_str().to_owned()) }
    }
}

impl From<&Session> for Row {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id.0.to_string(),
            account_id: session.account_id.0.to_string(),
            generation: session.generation,
            parent: session.parent,
            rotated_at: to_column(session.rotated_at),
            replay_until: to_column(session.replay_until),
            confirmed: session.confirmed,
            persistent: session.persistent,
            method: session.method.into_str().to_owned(),
            created_at: to_column(session.created_at),
            authenticated_at: to_column(session.authenticated_at),
            last_seen_at: to_column(session.last_seen_at),
            idle_expires_at: to_column(session.idle_expires_at),
            expires_at: to_column(session.expires_at),
            user_agent: session.device.user_agent.clone(),
            ip: session.device.ip.map(|ip| ip.to_string()),
            ended_at: session.ended.map(|(at, _)| to_column(at)),
            end_reason: session.ended.map(|(_, reason)| reason.into_str().to_owned()),
        }
    }
}

impl Row {
    fn session(self) -> Result<Session, StoreFault> {
        let ended = self.ended()?;
        Ok(Session {
            id: SessionId(id(&self.id, "sessions", "id")?),
            account_id: AccountId(id(&self.account_id, "sessions", "account_id")?),
            generation: self.generation,
            parent: self.parent,
            rotated_at: from_column(self.rotated_at),
            replay_until: from_column(self.replay_until),
            confirmed: self.confirmed,
            persistent: self.persistent,
            method: known(self.method.parse().ok(), "sessions", "method")?,
            created_at: from_column(self.created_at),
            authenticated_at: from_column(self.authenticated_at),
            last_seen_at: from_column(self.last_seen_at),
            idle_expires_at: from_column(self.idle_expires_at),
            expires_at: from_column(self.expires_at),
            device: Device {
                user_agent: self.user_agent,
                ip: self.ip.and_then(|ip| ip.parse().ok()),
            },
            ended,
        })
    }

    fn ended(&self) -> Result<Option<(Time, EndReason)>, StoreFault> {
        match (self.ended_at, self.end_reason.as_deref()) {
            (None, _) => Ok(None),
            (Some(at), reason) => {
                let reason =
                    known(reason.and_then(|reason| reason.parse().ok()), "sessions", "end_reason")?;
                Ok(Some((from_column(at), reason)))
            }
        }
    }
}
