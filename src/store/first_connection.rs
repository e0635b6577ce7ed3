//! The first connection of a process: waits for a database that will soon be there, and refuses at
//! once what cannot succeed.

use super::StoreFault;
use super::connection::Db;
use crate::config::DatabaseUrl;
use diesel::ConnectionError;
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// After a crash, SQLite first recovers its log; a PostgreSQL server may start together with us.
const START_TIMEOUT: Duration = Duration::from_secs(10);
/// How often it is tried.
const PAUSE: Duration = Duration::from_millis(100);
/// Waiting changes nothing about these answers of PostgreSQL, and errors of our own. Other reasons,
/// and PostgreSQL in other languages, are waited for.
const FINAL: [&str; 6] = [
    "password authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "does not exist",
    "DATABASE_URL",
    "its certificate",
];

pub fn open(url: &DatabaseUrl) -> Result<Db, StoreFault> {
    let deadline = Instant::now() + START_TIMEOUT;
    loop {
        match Db::connect(url) {
            Ok(db) => return Ok(db),
            Err(error) if may_pass(url, &error) && Instant::now() < deadline => pause(),
            Err(error) => return Err(fault(url, error)),
        }
    }
}

/// Does not wait, for whoever asks whether it is there.
pub fn try_open(url: &DatabaseUrl) -> Result<Db, StoreFault> {
    Db::connect(url).map_err(|error| fault(url, error))
}

#[expect(clippy::disallowed_methods, reason = "before any request is served")]
fn pause() {
    std::thread::sleep(PAUSE);
}

/// Whether it may be another answer soon.
fn may_pass(url: &DatabaseUrl, error: &ConnectionError) -> bool {
    let text = error.to_string();
    match url {
        // Another process recovers the log.
        DatabaseUrl::Sqlite(_) => text.contains("database is locked"),
        // One error for each host.
        DatabaseUrl::Postgres(_) => {
            !text.split("; ").all(|error| FINAL.iter().any(|end| error.contains(end)))
        }
    }
}

fn fault(url: &DatabaseUrl, error: ConnectionError) -> StoreFault {
    match url {
        DatabaseUrl::Sqlite(path) => on_sqlite(path, error),
        DatabaseUrl::Postgres(_) => StoreFault::NotOpened(error),
    }
}

fn on_sqlite(path: &Path, error: ConnectionError) -> StoreFault {
    match error {
        ConnectionError::CouldntSetupConfiguration(error) => StoreFault::of_file(path, error),
        error => StoreFault::NotOpened(error),
    }
}
