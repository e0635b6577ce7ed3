//! Signing keys, sealed.

use super::row::{from_column, known, to_column};
use super::schema::signing_keys;
use super::{StoreFault, Tx};
use crate::domain::key::{Algorithm, KeyPurpose, KeyRecord, KeyState};
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
}

/// # Errors
/// `StoreFault`.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<KeyRecord>, StoreFault> {
    let rows = signing_keys::table.select(Row::as_select()).load(tx.0)?;
    rows.into_iter().map(Row::record).collect()
}

/// # Errors
/// `StoreFault`; also when another process made keys first.
pub fn insert(tx: &mut Tx<'_>, record: &KeyRecord) -> Result<(), StoreFault> {
    let row = Row {
        id: record.id.clone(),
        purpose: record.purpose.as_str().to_owned(),
        algorithm: record.algorithm.as_str().to_owned(),
        state: record.state.as_str().to_owned(),
        sealed: record.sealed.clone(),
        created_at: to_column(record.created_at),
    };
    diesel::insert_into(signing_keys::table).values(&row).execute(tx.0)?;
    Ok(())
}

impl Row {
    fn record(self) -> Result<KeyRecord, StoreFault> {
        Ok(KeyRecord {
            id: self.id,
            purpose: known(KeyPurpose::parse(&self.purpose), "signing_keys", "purpose")?,
            algorithm: known(Algorithm::parse(&self.algorithm), "signing_keys", "algorithm")?,
            state: known(KeyState::parse(&self.state), "signing_keys", "state")?,
            sealed: self.sealed,
            created_at: from_column(self.created_at),
        })
    }
}
