//! The operator's verbs on the tables of a database.

use super::StartError;
use crate::config::DatabaseUrl;
use crate::store::upgrade;

/// The migrations that a start of this version would run; nothing is changed.
pub fn pending_migrations(database: &DatabaseUrl) -> Result<Vec<String>, StartError> {
    Ok(upgrade::pending(database)?)
}

/// Runs the missing migrations; returns which.
pub fn migrate(database: &DatabaseUrl) -> Result<Vec<String>, StartError> {
    Ok(upgrade::migrate(database)?)
}
