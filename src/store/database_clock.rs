//! The clock of the database.

use super::column::Column;
use super::connection::Db;
use super::{StoreFault, Tx};
use crate::domain::Time;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// What time it is for the database; none for SQLite, which has our clock.
pub fn now(tx: &mut Tx<'_>) -> Result<Option<Time>, StoreFault> {
    let Db::Postgres(connection) = &mut *tx.0 else { return Ok(None) };
    let millis = sql::<BigInt>("(extract(epoch FROM clock_timestamp()) * 1000)::bigint");
    Column("clock_timestamp()").time(diesel::select(millis).get_result(connection)?).map(Some)
}
