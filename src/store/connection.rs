//! One connection type over both databases, and how one is set up.

use crate::config::DatabaseUrl;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::{Connection, ConnectionError, PgConnection, QueryResult, SqliteConnection};

/// How every SQLite connection is set up: readers never wait for the writer (WAL); an acknowledged
/// commit survives a power cut (FULL), because a rotation forgotten by the database makes the
/// browser's newer token look stolen; a writer of another process is waited for.
const SQLITE_SETUP: &str = "PRAGMA busy_timeout = 800; PRAGMA journal_mode = WAL; \
                            PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";
/// What one transaction at a time may change, beside rows: an advisory lock on PostgreSQL, whose
/// numbers are any that nobody else uses.
#[derive(Clone, Copy, Debug)]
pub enum Lock {
    Administrators = 7_012_835,
    SigningKeys = 7_012_836,
}

#[derive(diesel::MultiConnection)]
pub enum Db {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Runs the same query on whichever database it is: for what diesel's `MultiConnection` leaves out.
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
    /// Connects. `MultiConnection` itself would take any text for a file name.
    pub fn connect(url: &DatabaseUrl) -> Result<Self, ConnectionError> {
        match url {
            DatabaseUrl::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(&path.to_string_lossy())?;
                connection
                    .batch_execute(SQLITE_SETUP)
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Db::Sqlite(connection))
            }
            DatabaseUrl::Postgres(url) => PgConnection::establish(url).map(Db::Postgres),
        }
    }

    /// Begins a transaction that sees one moment.
    pub fn begin_read(&mut self) -> QueryResult<()> {
        match self {
            Db::Sqlite(connection) => begin(connection, "BEGIN DEFERRED"),
            Db::Postgres(connection) => {
                begin(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            }
        }
    }

    /// Begins a transaction that will write. SQLite takes its write lock now: a transaction that
    /// reads first and writes later would fail at once when another one wrote in between.
    pub fn begin_write(&mut self) -> QueryResult<()> {
        match self {
            Db::Sqlite(connection) => begin(connection, "BEGIN IMMEDIATE"),
            Db::Postgres(connection) => begin(connection, "BEGIN"),
        }
    }

    pub fn commit(&mut self) -> QueryResult<()> {
        on_either!(self, connection => AnsiTransactionManager::commit_transaction(connection))
    }

    pub fn roll_back(&mut self) -> QueryResult<()> {
        on_either!(self, connection => AnsiTransactionManager::rollback_transaction(connection))
    }

    /// Held until the end of the transaction. On SQLite every writer is alone anyway.
    pub fn lock(&mut self, lock: Lock) -> QueryResult<()> {
        match self {
            Db::Sqlite(_) => Ok(()),
            Db::Postgres(connection) => {
                connection.batch_execute(&format!("SELECT pg_advisory_xact_lock({})", lock as i64))
            }
        }
    }

    /// Whether the connection can be used again: no transaction left open by a panic, the server
    /// still there.
    pub fn is_broken(&mut self) -> bool {
        let status = on_either!(self, connection =>
            AnsiTransactionManager::transaction_manager_status_mut(connection));
        !matches!(status.transaction_depth(), Ok(None))
    }

    pub fn ping(&mut self) -> QueryResult<()> {
        self.batch_execute("SELECT 1")
    }
}

fn begin<C>(connection: &mut C, sql: &str) -> QueryResult<()>
where
    C: Connection<TransactionManager = AnsiTransactionManager>,
{
    AnsiTransactionManager::begin_transaction_sql(connection, sql)
}
