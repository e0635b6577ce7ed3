//! Signing keys, sealed.

use super::column::{Column, millis};
use super::schema::signing_keys;
use super::{LockedKeys, StoreFault, Tx, Unit};
use crate::domain::key::{KeyPurpose, KeyRecord, KeyState};
use crate::domain::{Span, Time};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
struct Row {
    id: String,
    purpose: String,
    algorithm: String,
    state: String,
    sealed: Vec<u8>,
    created_at: i64,
    retires_at: Option<i64>,
    max_token_lifetime: i64,
}

/// The keys that have not expired, oldest first.
pub fn all(tx: &mut Tx<'_>, now: Time) -> Result<Vec<KeyRecord>, StoreFault> {
    let rows =
        signing_keys::table.order(signing_keys::created_at).select(Row::as_select()).load(tx.0)?;
    let records = rows.into_iter().map(Row::record).collect::<Result<Vec<_>, _>>()?;
    Ok(records.into_iter().filter(|record| !record.is_retired(now)).collect())
}

pub fn insert(
    unit: &mut Unit<'_>,
    _keys: &LockedKeys,
    record: &KeyRecord,
) -> Result<(), StoreFault> {
    let row = Row {
        id: record.id.clone(),
        purpose: record.purpose.into_str().to_owned(),
        algorithm: record.algorithm.into_str().to_owned(),
        state: record.state.into_str().to_owned(),
        sealed: record.sealed.clone(),
        created_at: millis(record.created_at),
        retires_at: record.retires_at.map(millis),
        max_token_lifetime: record.max_token_lifetime.num_seconds(),
    };
    diesel::insert_into(signing_keys::table).values(&row).execute(unit.0)?;
    Ok(())
}

/// Makes the next key active; `old` keeps verifying until `retires_at`.
pub fn promote(
    unit: &mut Unit<'_>,
    _keys: &LockedKeys,
    next: &str,
    old: &str,
    retires_at: Time,
) -> Result<(), StoreFault> {
    let retiring = (
        signing_keys::state.eq(KeyState::Retiring.into_str()),
        signing_keys::retires_at.eq(Some(millis(retires_at))),
    );
    diesel::update(signing_keys::table.find(old)).set(retiring).execute(unit.0)?;
    let active = signing_keys::state.eq(KeyState::Active.into_str());
    diesel::update(signing_keys::table.find(next)).set(active).execute(unit.0)?;
    Ok(())
}

/// Records that access tokens of the active and the next key may last this long.
pub fn raise_max_lifetime(
    unit: &mut Unit<'_>,
    _keys: &LockedKeys,
    lifetime: Span,
) -> Result<(), StoreFault> {
    let shorter = signing_keys::table
        .filter(signing_keys::purpose.eq(KeyPurpose::Access.into_str()))
        .filter(signing_keys::state.ne(KeyState::Retiring.into_str()))
        .filter(signing_keys::max_token_lifetime.lt(lifetime.num_seconds()));
    diesel::update(shorter)
        .set(signing_keys::max_token_lifetime.eq(lifetime.num_seconds()))
        .execute(unit.0)?;
    Ok(())
}

/// Replaces the sealed material of a key.
pub fn reseal(
    unit: &mut Unit<'_>,
    _keys: &LockedKeys,
    id: &str,
    sealed: &[u8],
) -> Result<(), StoreFault> {
    diesel::update(signing_keys::table.find(id))
        .set(signing_keys::sealed.eq(sealed))
        .execute(unit.0)?;
    Ok(())
}

pub fn delete(unit: &mut Unit<'_>, _keys: &LockedKeys, id: &str) -> Result<(), StoreFault> {
    diesel::delete(signing_keys::table.find(id)).execute(unit.0)?;
    Ok(())
}

/// Deletes the keys that have expired.
pub fn sweep(tx: &mut Tx<'_>, now: Time) -> Result<usize, StoreFault> {
    let expired = signing_keys::table.filter(signing_keys::retires_at.le(millis(now)));
    Ok(diesel::delete(expired).execute(tx.0)?)
}

impl Row {
    fn record(self) -> Result<KeyRecord, StoreFault> {
        Ok(KeyRecord {
            id: self.id,
            purpose: Column("signing_keys.purpose").known(self.purpose.parse().ok())?,
            algorithm: Column("signing_keys.algorithm").known(self.algorithm.parse().ok())?,
            state: Column("signing_keys.state").known(self.state.parse().ok())?,
            sealed: self.sealed,
            created_at: Column("signing_keys.created_at").time(self.created_at)?,
            retires_at: Column("signing_keys.retires_at").optional_time(self.retires_at)?,
            max_token_lifetime: Span::seconds(self.max_token_lifetime),
        })
    }
}
