//! SQLite's write lock, which one connection of all processes holds at a time.

use diesel::connection::{AnsiTransactionManager, SimpleConnection};
use diesel::result::Error;
use diesel::{QueryResult, SqliteConnection};
use std::time::Duration;
use tokio::time::Instant;

/// For all other waits: another process recovers the log, or is the last to close the file.
pub const SET_BUSY_TIMEOUT: &str = "PRAGMA busy_timeout = 800";
const NO_BUSY_TIMEOUT: &str = "PRAGMA busy_timeout = 0";
/// The shortest pause between two attempts. One process at most waits with one connection, and
/// spends 5% of a core on it.
const MIN_PAUSE_MICROS: u64 = 250;
/// A random part is added, so that attempts do not keep step with the commits of another process.
const JITTER_MICROS: u64 = 500;

/// Begins a transaction that holds the write lock, or fails at the deadline.
///
/// SQLite's own wait sleeps for up to 100 ms between two attempts. Between two transactions of a
/// busy process the lock is free for a fraction of a millisecond, so that wait can miss it for
/// seconds.
pub fn begin_locked(connection: &mut SqliteConnection, deadline: Instant) -> QueryResult<()> {
    connection.batch_execute(NO_BUSY_TIMEOUT)?;
    let begun = loop {
        match AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE") {
            Err(error) if is_busy(&error) && Instant::now() < deadline => pause(),
            done => break done,
        }
    };
    connection.batch_execute(SET_BUSY_TIMEOUT)?;
    begun
}

/// `SQLITE_BUSY`, for which diesel has no kind. When a transaction begins, all its variants pass: a
/// writer, a recovery, a snapshot that another commit has just made old.
fn is_busy(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(_, info) if info.message() == "database is locked")
}

#[expect(clippy::disallowed_methods, reason = "in a blocking task, like all work on the database")]
fn pause() {
    let jitter = getrandom::u64().unwrap_or_default() % JITTER_MICROS;
    std::thread::sleep(Duration::from_micros(MIN_PAUSE_MICROS + jitter));
}

#[cfg(test)]
#[path = "write_lock_tests.rs"]
mod tests;
