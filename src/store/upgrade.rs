//! Migrating a database without opening it for requests.

use super::{StoreFault, UsageLock, first_connection, migration};
use crate::config::DatabaseUrl;

/// The migrations that this version would run, in their order; nothing is changed.
pub fn pending(url: &DatabaseUrl) -> Result<Vec<String>, StoreFault> {
    let _usage = usage(url)?;
    migration::pending(&mut first_connection::try_open(url)?)
}

/// Runs the missing migrations; returns which.
pub fn migrate(url: &DatabaseUrl) -> Result<Vec<String>, StoreFault> {
    let _usage = usage(url)?;
    let mut db = first_connection::open(url)?;
    let pending = migration::pending(&mut db)?;
    migration::run(&mut db)?;
    Ok(pending)
}

fn usage(url: &DatabaseUrl) -> Result<Option<UsageLock>, StoreFault> {
    match url {
        DatabaseUrl::Sqlite(path) => UsageLock::shared(path).map(Some),
        DatabaseUrl::Postgres(_) => Ok(None),
    }
}
