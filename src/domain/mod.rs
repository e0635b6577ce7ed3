//! The types and decisions of sign-in: pure, without I/O, and without a clock. Callers pass the time.

pub mod account;
pub mod authentication_method;
pub mod claims;
pub mod client_address;
pub mod device;
pub mod email;
pub mod event;
mod event_kind;
pub mod key;
pub mod known_device;
pub mod lifetimes;
pub mod name;
pub mod password;
pub mod password_strength;
pub mod revocation;
pub mod rotation;
pub mod session;
mod text;
pub mod throttle;

/// A moment in UTC, to the millisecond.
pub type Time = chrono::DateTime<chrono::Utc>;
/// A span of time.
pub type Span = chrono::TimeDelta;

/// A new id in the order of time (UUIDv7, RFC 9562 section 5.7).
#[must_use]
pub fn new_id(now: Time) -> uuid::Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let at = uuid::Timestamp::from_unix(uuid::NoContext, seconds, now.timestamp_subsec_nanos());
    uuid::Uuid::new_v7(at)
}

/// A new id that is also in order among those of the same millisecond, by their number.
#[must_use]
pub fn new_numbered_id(now: Time, number: u16) -> uuid::Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let nanos = now.timestamp_subsec_nanos();
    uuid::Uuid::new_v7(uuid::Timestamp::from_unix_time(seconds, nanos, number.into(), 16))
}
