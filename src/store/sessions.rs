//! Sessions. Every write is conditional: if no row was affected, a concurrent request was faster,
//! and the caller reads and decides again. Sessions are started and ended in `session_changes.rs`.

use super::column::{Column, millis};
use super::schema::sessions;
use super::session_row::SessionRow;
use super::{LockedAccount, StoreFault, Tx, Unit};
use crate::domain::Time;
use crate::domain::account::AccountId;
use crate::domain::rotation::Step;
use crate::domain::session::{EndReason, Generation, Session, SessionId, SessionSelector};
use diesel::dsl::max;
use diesel::prelude::*;

#[derive(AsChangeset)]
#[diesel(table_name = sessions)]
struct Ending {
    ended_at: Option<i64>,
    end_reason: Option<String>,
}

pub(super) fn insert(tx: &mut Tx<'_>, session: &Session) -> Result<(), StoreFault> {
    diesel::insert_into(sessions::table).values(&SessionRow::from(session)).execute(tx.0)?;
    Ok(())
}

pub fn find(tx: &mut Tx<'_>, id: SessionId) -> Result<Option<Session>, StoreFault> {
    let row = sessions::table.find(id.0.to_string()).select(SessionRow::as_select());
    row.get_result(tx.0).optional()?.map(SessionRow::session).transpose()
}

/// A session of this account; none if it belongs to another one.
pub fn find_of(
    tx: &mut Tx<'_>,
    account: AccountId,
    id: SessionId,
) -> Result<Option<Session>, StoreFault> {
    Ok(find(tx, id)?.filter(|session| session.account_id == account))
}

/// Rotates a session if it has not changed since the decision: not ended, rotated or confirmed, and
/// the replay window not restarted.
pub fn rotate(
    unit: &mut Unit<'_>,
    _account: &LockedAccount,
    decided_on: &Session,
    step: &Step,
) -> Result<bool, StoreFault> {
    let change = (
        sessions::generation.eq(step.generation),
        sessions::parent.eq(step.parent),
        sessions::parent_leaf.eq(step.parent_leaf.map(|leaf| leaf.0.to_string())),
        sessions::rotated_at.eq(millis(step.rotated_at)),
        sessions::replay_until.eq(millis(step.replay_until)),
        sessions::idle_expires_at.eq(millis(step.idle_expires_at)),
        sessions::confirmed.eq(false),
    );
    Ok(diesel::update(unchanged(decided_on)).set(change).execute(unit.0)? == 1)
}

/// Restarts the replay window of a rotation if the session has not changed since the decision.
pub fn extend_replay(
    unit: &mut Unit<'_>,
    _account: &LockedAccount,
    decided_on: &Session,
    until: Time,
) -> Result<bool, StoreFault> {
    let change = sessions::replay_until.eq(millis(until));
    Ok(diesel::update(unchanged(decided_on)).set(change).execute(unit.0)? == 1)
}

/// Records the first use of an access token of this generation.
pub fn confirm(
    unit: &mut Unit<'_>,
    id: SessionId,
    generation: Generation,
) -> Result<(), StoreFault> {
    let unconfirmed = sessions::table
        .find(id.0.to_string())
        .filter(sessions::generation.eq(generation))
        .filter(sessions::confirmed.eq(false))
        .filter(sessions::ended_at.is_null());
    let change = (sessions::confirmed.eq(true), sessions::last_seen_at.eq(millis(unit.now())));
    diesel::update(unconfirmed).set(change).execute(unit.0)?;
    Ok(())
}

/// Ends the selected open sessions of a locked account.
pub(super) fn end(
    tx: &mut Tx<'_>,
    account: AccountId,
    selector: SessionSelector,
    reason: EndReason,
    now: Time,
) -> Result<Vec<Session>, StoreFault> {
    let ended = selected(tx, account, selector)?;
    let ids: Vec<String> = ended.iter().map(|session| session.id.0.to_string()).collect();
    let open =
        sessions::table.filter(sessions::id.eq_any(ids)).filter(sessions::ended_at.is_null());
    diesel::update(open).set(&Ending::new(reason, now)).execute(tx.0)?;
    Ok(ended)
}

fn selected(
    tx: &mut Tx<'_>,
    account: AccountId,
    selector: SessionSelector,
) -> Result<Vec<Session>, StoreFault> {
    if let SessionSelector::One(id) = selector {
        let found = find_of(tx, account, id)?;
        return Ok(found.filter(|session| session.ended.is_none()).into_iter().collect());
    }
    let open = open(tx, account)?.into_iter();
    Ok(open.filter(|session| selector.includes(session.id)).collect())
}

/// Ends a session if it has not changed since the decision.
pub(super) fn end_if_unchanged(
    tx: &mut Tx<'_>,
    decided_on: &Session,
    reason: EndReason,
    now: Time,
) -> Result<bool, StoreFault> {
    Ok(diesel::update(unchanged(decided_on)).set(&Ending::new(reason, now)).execute(tx.0)? == 1)
}

/// The sessions of an account that have not ended, last seen first. Some may have expired.
pub fn open(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Session>, StoreFault> {
    let open = sessions::table
        .filter(sessions::account_id.eq(account.0.to_string()))
        .filter(sessions::ended_at.is_null())
        .order(sessions::last_seen_at.desc());
    open.select(SessionRow::as_select()).load(tx.0)?.into_iter().map(SessionRow::session).collect()
}

/// Accounts with open sessions, in the order of their IDs.
pub fn accounts_with_open(
    tx: &mut Tx<'_>,
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<AccountId>, StoreFault> {
    let after = after.map(|id| id.0.to_string()).unwrap_or_default();
    let open = sessions::table
        .filter(sessions::ended_at.is_null())
        .filter(sessions::account_id.gt(after))
        .order(sessions::account_id)
        .limit(limit);
    let ids: Vec<String> = open.select(sessions::account_id).distinct().load(tx.0)?;
    ids.iter().map(|id| Ok(AccountId(Column("sessions.account_id").id(id)?))).collect()
}

/// The open sessions of an account beyond the `kept` last seen ones.
pub(super) fn open_beyond(
    tx: &mut Tx<'_>,
    account: AccountId,
    kept: i64,
) -> Result<Vec<Session>, StoreFault> {
    let open = sessions::table
        .filter(sessions::account_id.eq(account.0.to_string()))
        .filter(sessions::ended_at.is_null())
        .order(sessions::last_seen_at.desc())
        .offset(kept)
        .limit(i64::MAX);
    open.select(SessionRow::as_select()).load(tx.0)?.into_iter().map(SessionRow::session).collect()
}

pub fn count_alive(tx: &mut Tx<'_>, now: Time) -> Result<i64, StoreFault> {
    let open = sessions::table.filter(sessions::ended_at.is_null());
    Ok(open.filter(sessions::idle_expires_at.gt(millis(now))).count().get_result(tx.0)?)
}

/// The latest end of an absolute lifetime among all open sessions.
pub fn last_expiry(tx: &mut Tx<'_>) -> Result<Option<Time>, StoreFault> {
    let open = sessions::table.filter(sessions::ended_at.is_null());
    let last: Option<i64> = open.select(max(sessions::expires_at)).get_result(tx.0)?;
    Column("sessions.expires_at").optional_time(last)
}

/// Ends all open sessions of all accounts, without revocations: used when all keys are deleted, so
/// that no token verifies any more.
pub fn end_all(unit: &mut Unit<'_>, reason: EndReason) -> Result<usize, StoreFault> {
    unit.0.allow_long_statements()?;
    let open = sessions::table.filter(sessions::ended_at.is_null());
    let change = Ending::new(reason, unit.now());
    Ok(diesel::update(open).set(&change).execute(unit.0)?)
}

/// Deletes at most `limit` sessions whose absolute lifetime ended before then; returns how many.
pub fn sweep(tx: &mut Tx<'_>, before: Time, limit: i64) -> Result<usize, StoreFault> {
    let old = sessions::table.filter(sessions::expires_at.lt(millis(before)));
    let ids: Vec<String> = old.select(sessions::id).limit(limit).load(tx.0)?;
    let swept = sessions::table.filter(sessions::id.eq_any(ids));
    Ok(diesel::delete(swept).execute(tx.0)?)
}

/// The session, if it is still open and as it was decided on. The parent and its leaf change only
/// with the generation, which never comes back.
#[diesel::dsl::auto_type(no_type_alias)]
fn unchanged(decided_on: &Session) -> _ {
    let id: String = decided_on.id.0.to_string();
    let generation: Generation = decided_on.generation;
    let confirmed: bool = decided_on.confirmed;
    let replay_until: i64 = millis(decided_on.replay_until);
    sessions::table
        .filter(sessions::id.eq(id))
        .filter(sessions::generation.eq(generation))
        .filter(sessions::confirmed.eq(confirmed))
        .filter(sessions::replay_until.eq(replay_until))
        .filter(sessions::ended_at.is_null())
}

impl Ending {
    fn new(reason: EndReason, now: Time) -> Self {
        Self { ended_at: Some(millis(now)), end_reason: Some(reason.into_str().to_owned()) }
    }
}

#[cfg(test)]
#[path = "sessions_tests.rs"]
mod tests;
