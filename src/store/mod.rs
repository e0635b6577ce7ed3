//! The database: the only layer that names diesel. Rows never leave it; domain types do.
//!
//! A use case is one transaction: `store.read(..)` or `store.write(..)` with a closure that calls
//! the functions of the tables. A refusal is a value and is committed; a fault rolls back.

pub mod accounts;
mod availability;
pub mod backup;
mod column;
mod connection;
pub mod credentials;
pub mod database_clock;
mod database_file;
mod event_log;
pub mod event_search;
pub mod events;
mod fault;
mod first_connection;
pub mod keys;
mod locks;
pub mod migration;
mod pool;
mod postgres;
mod revocation_cache;
pub mod revocations;
mod schema;
mod session_changes;
mod session_row;
pub mod sessions;
pub mod throttles;
mod unit;
pub mod upgrade;
mod usage_lock;
mod write_lock;

pub use fault::StoreFault;
pub use pool::Store;
pub use revocation_cache::{MAX_STALENESS, Revoked};
pub use unit::{LockedAccount, LockedAdministrators, LockedKeys, Tx, Unit};
pub use usage_lock::{UsageLock, was_used};
