//! Values between columns and domain types.

use super::StoreFault;
use crate::domain::Time;
use chrono::NaiveDateTime;
use uuid::Uuid;

/// UTC without saying so: the columns have no zone.
pub fn to_column(time: Time) -> NaiveDateTime {
    time.naive_utc()
}

pub fn from_column(time: NaiveDateTime) -> Time {
    time.and_utc()
}

/// Reads a column that only we write; anything unknown in it is a fault, not a default.
pub fn known<T>(
    value: Option<T>,
    table: &'static str,
    column: &'static str,
) -> Result<T, StoreFault> {
    value.ok_or(StoreFault::Corrupt { table, column })
}

pub fn id(text: &str, table: &'static str, column: &'static str) -> Result<Uuid, StoreFault> {
    known(Uuid::parse_str(text).ok(), table, column)
}
