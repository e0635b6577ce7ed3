//! The clock of the database.

use super::column::Column;
use super::connection::Db;
use super::{StoreFault, Tx};
use crate::domain::Time;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    millis: i64,
}

/// What time it is for the database; none for SQLite, which has our clock.
pub fn now(tx: &mut Tx<'_>) -> Result<Option<Time>, StoreFault> {
    let Db::Postgres(connection) = &mut *tx.0 else { return Ok(None) };
    let query = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS millis";
    let row: Row = diesel::sql_query(query).get_result(connection)?;
    Column("clock_timestamp()").time(row.millis).map(Some)
}
