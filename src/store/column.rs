//! Conversions between columns and domain types.

use super::StoreFault;
use crate::domain::Time;
use uuid::Uuid;

/// The name of a column, for the fault if its value cannot be read.
#[derive(Clone, Copy, Debug)]
pub struct Column(pub &'static str);

impl Column {
    /// Reads a column that only we write: an unknown value is a fault, never a default.
    pub fn known<T>(self, value: Option<T>) -> Result<T, StoreFault> {
        value.ok_or(StoreFault::Corrupt(self.0))
    }

    pub fn id(self, text: &str) -> Result<Uuid, StoreFault> {
        self.known(Uuid::parse_str(text).ok())
    }

    pub fn time(self, millis: i64) -> Result<Time, StoreFault> {
        self.known(Time::from_timestamp_millis(millis))
    }

    pub fn optional_time(self, millis: Option<i64>) -> Result<Option<Time>, StoreFault> {
        millis.map(|millis| self.time(millis)).transpose()
    }
}

/// Milliseconds since 1970.
pub fn millis(time: Time) -> i64 {
    time.timestamp_millis()
}
