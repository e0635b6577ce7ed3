//! What is true: the types and decisions of sign-in, pure and without a clock.
//!
//! Nothing here names the web, the database, a token library or the time of day; whoever asks hands the time in.

pub mod account;
pub mod claims;
pub mod device;
pub mod email;
pub mod event;
pub mod key;
pub mod lifetimes;
pub mod name;
pub mod password;
pub mod revocation;
pub mod rotation;
pub mod session;
mod text;

/// A moment in UTC, to the millisecond.
pub type Time = chrono::DateTime<chrono::Utc>;
/// A span of time.
pub type Span = chrono::TimeDelta;
