//! Where the database is.

use std::path::PathBuf;

/// Where the data lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file; made on first use.
    Sqlite(PathBuf),
    /// A connection URL.
    Postgres(String),
}
