//! Where the database is, from `DATABASE_URL`.

use super::postgres_url::PostgresUrl;
use std::fmt;
use std::path::PathBuf;

/// The database to connect to. Displayed without user and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file; created on first use.
    Sqlite(PathBuf),
    Postgres(PostgresUrl),
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}
