//! The revocation feed.

use super::row::{from_column, id, to_column};
use super::schema::revocations;
use super::{StoreFault, Tx};
use crate::domain::Time;
use crate::domain::revocation::Revocation;
use crate::domain::session::SessionId;
use chrono::NaiveDateTime;
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = revocations)]
struct Row {
    session_id: String,
    generation: i64,
    until: NaiveDateTime,
}

/// # Errors
/// `StoreFault`.
pub fn insert(tx: &mut Tx<'_>, revocation: &Revocation, now: Time) -> Result<(), StoreFault> {
    let values = (
        revocations::session_id.eq(revocation.session_id.0.to_string()),
        revocations::generation.eq(revocation.generation),
        revocations::created_at.eq(to_column(now)),
        revocations::until.eq(to_column(revocation.until)),
    );
    diesel::insert_into(revocations::table).values(values).execute(tx.0)?;
    Ok(())
}

/// Everything written since `since`. Not "since the last id": a row may be committed after one with a higher id.
///
/// # Errors
/// `StoreFault`.
pub fn written_since(tx: &mut Tx<'_>, since: Time) -> Result<Vec<Revocation>, StoreFault> {
    let recent = revocations::table.filter(revocations::created_at.ge(to_column(since)));
    let rows = recent.select(Row::as_select()).load(tx.0)?;
    rows.into_iter().map(Row::revocation).collect()
}

/// Everything that still matters.
///
/// # Errors
/// `StoreFault`.
pub fn live(tx: &mut Tx<'_>, now: Time) -> Result<Vec<Revocation>, StoreFault> {
    let live = revocations::table.filter(revocations::until.gt(to_column(now)));
    let rows = live.select(Row::as_select()).load(tx.0)?;
    rows.into_iter().map(Row::revocation).collect()
}

/// Deletes what no longer matters to anybody.
///
/// # Errors
/// `StoreFault`.
pub fn sweep(tx: &mut Tx<'_>, before: Time) -> Result<usize, StoreFault> {
    let dead = revocations::table.filter(revocations::until.lt(to_column(before)));
    Ok(diesel::delete(dead).execute(tx.0)?)
}

impl Row {
    fn revocation(self) -> Result<Revocation, StoreFault> {
        Ok(Revocation {
            session_id: SessionId(id(&self.session_id, "revocations", "session_id")?),
            generation: self.generation,
            until: from_column(self.until),
        })
    }
}
