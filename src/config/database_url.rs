//! Where the database is, from `DATABASE_URL`.

use std::fmt;
use std::path::PathBuf;
use url::Url;

/// The database to connect to. Displayed without the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file; created on first use.
    Sqlite(PathBuf),
    /// A connection URL.
    Postgres(String),
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "SQLite, {}", path.display()),
            Self::Postgres(url) => match Url::parse(url) {
                // The query may hold a password too.
                Ok(url) => {
                    let host = url.host_str().unwrap_or("localhost");
                    write!(f, "PostgreSQL, {host}{}", url.path())
                }
                Err(_) => f.write_str("PostgreSQL"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DatabaseUrl;

    #[test]
    fn a_password_is_not_displayed() {
        for (url, shown) in [
            ("postgres://ada:hidden@db.example.org:5432/app?password=hidden", "db.example.org/app"),
            ("postgres:///app?host=/run/postgresql&password=hidden", "localhost/app"),
            ("postgres://ada:hidden@one,two/app", ""),
        ] {
            let text = DatabaseUrl::Postgres(url.to_owned()).to_string();
            assert!(text.ends_with(shown) && !text.contains("hidden"), "{text}");
        }
    }
}
