//! Where the database is, from `DATABASE_URL`.

use super::postgres_url::PostgresUrl;
use std::path::PathBuf;

/// The database to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file; created on first use.
    Sqlite(PathBuf),
    Postgres(PostgresUrl),
}
