//! Signing keys, sealed.

use super::row::{from_column, known, to_column};
use super::schema::signing_keys;
use super::{StoreFault, Tx};
use crate::domain::key::{KeyPurpose, KeyRecord, KeyState};
use crate::domain::{Span, Time};
use chrono::NaiveDateTime;
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
struct Row {
    id: String,
    purpose: String,
    algorithm: String,
    state: String,
    sealed: Vec<u8>,
    created_at: NaiveDateTime,
    retires_at: Option<NaiveDateTime>,
    token_life: i64,
}

/// The keys that are not gone, oldest first.
///
/// # Errors
/// `StoreFault`.
pub fn all(tx: &mut Tx<'_>, now: Time) -> Result<Vec<KeyRecord>, StoreFault> {
    let rows =
        signing_keys::table.order(signing_keys::created_at).select(Row::as_select()).load(tx.0)?;
    let records = rows.into_iter().map(Row::record).collect::<Result<Vec<_>, _>>()?;
    Ok(records.into_iter().filter(|record| !record.is_gone(now)).collect())
}

/// # Errors
/// `StoreFault`; also when another process made keys first.
pub fn insert(tx: &mut Tx<'_>, record: &KeyRecord) -> Result<(), StoreFault> {
    let row = Row {
        id: record.id.clone(),
        purpose: record.purpose.into_str().to_owned(),
        algorithm: record.algorithm.into_str().to_owned(),
        state: record.state.into_str().to_owned(),
        sealed: record.sealed.clone(),
        created_at: to_column(record.created_at),
        retires_at: record.retires_at.map(to_column),
        token_life: record.token_life.num_seconds(),
    };
    diesel::insert_into(signing_keys::table).values(&row).execute(tx.0)?;
    Ok(())
}

/// Makes the waiting key the one that signs; `old` goes on to verify until `retires_at`.
///
/// # Errors
/// `StoreFault`.
pub fn promote(tx: &mut Tx<'_>, next: &str, old: &str, retires_at: Time) -> Result<(), StoreFault> {
    let retiring = (
        signing_keys::state.eq(KeyState::Retiring.into_str()),
        signing_keys::retires_at.eq(Some(to_column(retires_at))),
    );
    diesel::update(signing_keys::table.find(old)).set(retiring).execute(tx.0)?;
    let active = signing_keys::state.eq(KeyState::Active.into_str());
    diesel::update(signing_keys::table.find(next)).set(active).execute(tx.0)?;
    Ok(())
}

/// Notes that access tokens of the keys that sign, now or next, may live so long.
///
/// # Errors
/// `StoreFault`.
pub fn raise_max_lifetime(tx: &mut Tx<'_>, life: Span) -> Result<(), StoreFault> {
    let shorter = signing_keys::table
        .filter(signing_keys::purpose.eq(KeyPurpose::Access.into_str()))
        .filter(signing_keys::state.ne(KeyState::Retiring.into_str()))
        .filter(signing_keys::token_life.lt(life.num_seconds()));
    diesel::update(shorter).set(signing_keys::token_life.eq(life.num_seconds())).execute(tx.0)?;
    Ok(())
}

/// Replaces the sealed material of a key.
///
/// # Errors
/// `StoreFault`.
pub fn reseal(tx: &mut Tx<'_>, id: &str, sealed: &[u8]) -> Result<(), StoreFault> {
    diesel::update(signing_keys::table.find(id))
        .set(signing_keys::sealed.eq(sealed))
        .execute(tx.0)?;
    Ok(())
}

/// # Errors
/// `StoreFault`.
pub fn delete(tx: &mut Tx<'_>, id: &str) -> Result<(), StoreFault> {
    diesel::delete(signing_keys::table.find(id)).execute(tx.0)?;
    Ok(())
}

/// Deletes the keys that are gone.
///
/// # Errors
/// `StoreFault`.
pub fn sweep(tx: &mut Tx<'_>, now: Time) -> Result<usize, StoreFault> {
    let gone = signing_keys::table.filter(signing_keys::retires_at.le(to_column(now)));
    Ok(diesel::delete(gone).execute(tx.0)?)
}

impl Row {
    fn record(self) -> Result<KeyRecord, StoreFault> {
        Ok(KeyRecord {
            id: self.id,
            purpose: known(self.purpose.parse().ok(), "signing_keys", "purpose")?,
            algorithm: known(self.algorithm.parse().ok(), "signing_keys", "algorithm")?,
            state: known(self.state.parse().ok(), "signing_keys", "state")?,
            sealed: self.sealed,
            created_at: from_column(self.created_at),
            retires_at: self.retires_at.map(from_column),
            token_life: Span::seconds(self.token_life),
        })
    }
}
