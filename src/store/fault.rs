//! Faults of the database.

use crate::disk::advice;
use diesel::ConnectionError;
use diesel::result::{DatabaseErrorKind, Error};
use std::io;
use std::path::{Path, PathBuf};

/// The database cannot be used, or holds data that cannot be right. Never an error of the caller.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    #[error("the database is overloaded: no connection became free in time")]
    Overloaded,
    /// It is logged when it goes down and when it is back, so not once a request.
    #[error("the database is down")]
    Down,
    #[error(
        "the database went down before it answered: what was asked of it may be done or not; see the next lines of the log"
    )]
    Unanswered,
    #[error("the database cannot be reached: {0}")]
    Unreachable(#[from] diesel::r2d2::PoolError),
    #[error("the database cannot be opened: {0}")]
    NotOpened(ConnectionError),
    #[error(
        "{0} is not a SQLite database, or it is damaged ({1}). Correct DATABASE_URL or VESTIBULE_DATA_DIR, \
         or restore a backup: vestibule restore <FILE>"
    )]
    NotADatabase(PathBuf, String),
    #[error("the database is being restored from a backup. Try again when that is done")]
    BeingReplaced,
    #[error("the database is in use. Stop every server and every command that uses it")]
    InUse,
    #[error("the database refused a statement: {0}")]
    Database(#[from] Error),
    #[error("the tables could not be migrated: {0}")]
    Migration(String),
    #[error(
        "this database was created by a development version from before the first release and cannot be migrated; \
         move it away and start with a new one"
    )]
    TooOld,
    #[error(
        "this database was migrated by a newer version; use that version or restore the backup from before"
    )]
    TooNew,
    #[error("the file {0} cannot be opened for writing: {1}. {advice}", advice = advice(.1))]
    File(PathBuf, io::Error),
    #[error(
        "the database {0} was there before and is gone. Put it back, or restore a backup: vestibule restore <FILE>; \
         to start with an empty one, delete {0}.lock"
    )]
    Gone(PathBuf),
    #[error("{0} holds a value this version does not know")]
    Corrupt(&'static str),
    #[error("a database task was cancelled")]
    Cancelled,
}

/// SQLite's texts for them: diesel has no kind.
const NO_DATABASE: [&str; 2] = ["file is not a database", "database disk image is malformed"];

impl StoreFault {
    /// An error of SQLite with this file.
    pub(super) fn of_file(file: &Path, error: Error) -> Self {
        let text = error.to_string();
        if NO_DATABASE.contains(&&*text) {
            Self::NotADatabase(file.to_owned(), text)
        } else {
            error.into()
        }
    }

    /// Whether it was logged before anything was asked of the database.
    pub fn is_logged(&self) -> bool {
        matches!(self, StoreFault::Down)
    }

    /// Whether the database may be down. To find out costs one connection.
    pub(super) fn may_be_an_outage(&self) -> bool {
        use DatabaseErrorKind::{ClosedConnection, UnableToSendCommand, Unknown};
        match self {
            StoreFault::Unreachable(_) | StoreFault::Unanswered => true,
            StoreFault::Database(Error::DatabaseError(kind, _)) => {
                matches!(kind, ClosedConnection | UnableToSendCommand | Unknown)
            }
            StoreFault::Database(error) => matches!(error, Error::BrokenTransactionManager),
            _ => false,
        }
    }

    /// Whether the transaction may succeed if it is run again: it conflicted with a concurrent one
    /// (on PostgreSQL; SQLite has one writer at a time). A transaction that stores something unique
    /// has looked before whether it is there; run again, it finds what the other one stored.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            StoreFault::Database(Error::DatabaseError(kind, info)) => {
                use DatabaseErrorKind::{SerializationFailure, UniqueViolation};
                matches!(kind, SerializationFailure | UniqueViolation)
                    || info.message().contains("deadlock detected")
            }
            _ => false,
        }
    }
}
