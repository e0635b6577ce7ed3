//! Revocations, which every process reads.

use super::column::{Column, millis};
use super::connection::on_either;
use super::revocation_cache::StoredRevocation;
use super::schema::{revocations, signing_keys};
use super::{StoreFault, Tx};
use crate::domain::lifetimes::LEEWAY;
use crate::domain::revocation::{Revocation, RevokedTokens};
use crate::domain::session::SessionId;
use crate::domain::{Span, Time};
use diesel::dsl::max;
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = revocations)]
struct Row {
    id: i64,
    session_id: String,
    generation: Option<i64>,
    created_at: i64,
    until: i64,
}

#[derive(Insertable)]
#[diesel(table_name = revocations)]
struct NewRow {
    session_id: String,
    generation: Option<i64>,
    created_at: i64,
    until: i64,
}

/// Until when a revocation made now is needed: for the longest lifetime of an access token. The
/// leeway is there because a process with a faster clock may have issued the last one in our
/// future.
pub(super) fn until(tx: &mut Tx<'_>, now: Time) -> Result<Time, StoreFault> {
    let longest: Option<i64> =
        signing_keys::table.select(max(signing_keys::max_token_lifetime)).get_result(tx.0)?;
    Ok(now + Span::seconds(longest.unwrap_or_default()) + LEEWAY * 2)
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    revocations: &[Revocation],
    now: Time,
) -> Result<(), StoreFault> {
    let rows: Vec<NewRow> = revocations.iter().map(|one| NewRow::new(one, now)).collect();
    on_either!(tx.0, connection =>
        diesel::insert_into(revocations::table).values(&rows).execute(connection)?);
    Ok(())
}

/// Everything with a higher ID than this.
pub(super) fn after(tx: &mut Tx<'_>, id: i64) -> Result<Vec<StoredRevocation>, StoreFault> {
    let later = revocations::table.filter(revocations::id.gt(id));
    later.select(Row::as_select()).load(tx.0)?.into_iter().map(Row::revocation).collect()
}

/// Deletes at most `limit` revocations that are no longer needed; returns how many.
pub fn sweep(tx: &mut Tx<'_>, before: Time, limit: i64) -> Result<usize, StoreFault> {
    let old = revocations::table.filter(revocations::until.lt(millis(before)));
    let ids: Vec<i64> = old.select(revocations::id).limit(limit).load(tx.0)?;
    let swept = revocations::table.filter(revocations::id.eq_any(ids));
    Ok(diesel::delete(swept).execute(tx.0)?)
}

impl NewRow {
    fn new(revocation: &Revocation, now: Time) -> Self {
        Self {
            session_id: revocation.session_id.0.to_string(),
            generation: match revocation.tokens {
                RevokedTokens::UpTo(generation) => Some(generation),
                RevokedTokens::All => None,
            },
            created_at: millis(now),
            until: millis(revocation.until),
        }
    }
}

impl Row {
    fn revocation(self) -> Result<StoredRevocation, StoreFault> {
        let revocation = Revocation {
            session_id: SessionId(Column("revocations.session_id").id(&self.session_id)?),
            tokens: self.generation.map_or(RevokedTokens::All, RevokedTokens::UpTo),
            until: Column("revocations.until").time(self.until)?,
        };
        let lifetime = Span::milliseconds(self.until.saturating_sub(self.created_at));
        Ok(StoredRevocation { id: self.id, revocation, lifetime })
    }
}
