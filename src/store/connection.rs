//! The connection type for both databases, and its settings.

use super::database_file::without_creating;
use super::postgres;
use super::write_lock::{SET_BUSY_TIMEOUT, begin_locked};
use crate::config::DatabaseUrl;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::dsl::sql;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::Bool;
use diesel::{
    Connection, ConnectionError, PgConnection, QueryResult, RunQueryDsl, SqliteConnection,
};
use tokio::time::Instant;

/// The settings of every SQLite connection. WAL: readers never wait for the writer. FULL: a commit
/// survives a power cut; if a rotation were lost, the browser's newer token would look stolen.
const SQLITE_SETUP: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                            PRAGMA foreign_keys = ON;";
/// The settings of every PostgreSQL connection. All times end before a request must be answered: a
/// lock, a statement, and a transaction whose process has stopped. One isolation level for all
/// databases: the units of work lock what they decide on.
const POSTGRES_SETUP: &str = "SET default_transaction_isolation = 'read committed'; \
                              SET lock_timeout = '1500ms'; SET statement_timeout = '10s'; \
                              SET idle_in_transaction_session_timeout = '10s'; \
                              SET synchronous_commit = on;";
/// Locks on what is not a row: advisory locks on PostgreSQL. The numbers are arbitrary, but unique
/// in the database.
#[derive(Clone, Copy, Debug)]
pub enum Lock {
    Administrators = 7_012_835,
    SigningKeys = 7_012_836,
    Migration = 7_012_837,
}

#[derive(diesel::MultiConnection)]
pub enum Db {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Runs the same query on either database, for queries that diesel's `MultiConnection` does not
/// support.
macro_rules! on_either {
    ($db:expr, $connection:ident => $query:expr) => {
        match $db {
            $crate::store::connection::Db::Sqlite($connection) => $query,
            $crate::store::connection::Db::Postgres($connection) => $query,
        }
    };
}
pub(super) use on_either;

impl Db {
    /// Connects. `MultiConnection::establish` would accept any text as a file name.
    pub fn connect(url: &DatabaseUrl) -> Result<Self, ConnectionError> {
        match url {
            DatabaseUrl::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(&without_creating(path))?;
                connection
                    .batch_execute(SET_BUSY_TIMEOUT)
                    .and_then(|()| connection.batch_execute(SQLITE_SETUP))
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Db::Sqlite(connection))
            }
            DatabaseUrl::Postgres(url) => {
                let mut connection = postgres::connect(url)?;
                connection
                    .batch_execute(POSTGRES_SETUP)
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Db::Postgres(connection))
            }
        }
    }

    /// Begins a transaction that reads one consistent snapshot.
    pub fn begin_read(&mut self) -> QueryResult<()> {
        match self {
            Db::Sqlite(connection) => begin(connection, "BEGIN DEFERRED"),
            Db::Postgres(connection) => {
                begin(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            }
        }
    }

    /// Begins a transaction that writes. SQLite takes the write lock first, by the deadline: a
    /// transaction that reads first and writes later fails if another one has written in between.
    pub fn begin_write(&mut self, deadline: Instant) -> QueryResult<()> {
        match self {
            Db::Sqlite(connection) => begin_locked(connection, deadline),
            Db::Postgres(connection) => begin(connection, "BEGIN"),
        }
    }

    pub fn commit(&mut self) -> QueryResult<()> {
        on_either!(self, connection => AnsiTransactionManager::commit_transaction(connection))
    }

    pub fn roll_back(&mut self) -> QueryResult<()> {
        on_either!(self, connection => AnsiTransactionManager::rollback_transaction(connection))
    }

    /// Takes a lock until the end of the transaction. SQLite has only one writer anyway.
    pub fn lock(&mut self, lock: Lock) -> QueryResult<()> {
        match self {
            Db::Sqlite(_) => Ok(()),
            Db::Postgres(connection) => self::lock(connection, lock),
        }
    }

    /// Lets statements of this transaction take minutes: one that changes a million rows must not
    /// fail because it is slow.
    pub fn allow_long_statements(&mut self) -> QueryResult<()> {
        match self {
            Db::Sqlite(_) => Ok(()),
            Db::Postgres(connection) => {
                connection.batch_execute("SET LOCAL statement_timeout = '10min'")
            }
        }
    }

    /// Whether the connection cannot be used again: a panic left a transaction open, or the server
    /// is gone.
    pub fn is_broken(&mut self) -> bool {
        let status = on_either!(self, connection =>
            AnsiTransactionManager::transaction_manager_status_mut(connection));
        !matches!(status.transaction_depth(), Ok(None))
    }

    pub fn ping(&mut self) -> QueryResult<()> {
        self.batch_execute("SELECT 1")
    }

    /// Fails if the server only reads: it was demoted after another one had taken over.
    pub fn ping_writable(&mut self) -> QueryResult<()> {
        let Db::Postgres(connection) = self else { return self.ping() };
        let writable = sql::<Bool>("current_setting('transaction_read_only') = 'off'");
        if diesel::select(writable).get_result(connection)? {
            return Ok(());
        }
        let message = Box::new("the server only reads".to_owned());
        Err(Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, message))
    }
}

/// Takes an advisory lock until the end of the transaction.
pub fn lock(connection: &mut PgConnection, lock: Lock) -> QueryResult<()> {
    connection.batch_execute(&format!("SELECT pg_advisory_xact_lock({})", lock as i64))
}

fn begin<C>(connection: &mut C, sql: &str) -> QueryResult<()>
where
    C: Connection<TransactionManager = AnsiTransactionManager>,
{
    AnsiTransactionManager::begin_transaction_sql(connection, sql)
}
