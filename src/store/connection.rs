//! One connection type over both databases, and how one is made.

use crate::config::DatabaseUrl;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::{Connection, ConnectionError, PgConnection, QueryResult, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How every SQLite connection is set up: readers never wait for the writer (WAL); an acknowledged commit survives a power
/// cut (FULL), because a renewal forgotten by the database makes the browser's newer token look wrong; a writer of another
/// process is waited for.
const SQLITE_SETUP: &str = "PRAGMA busy_timeout = 800; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                            PRAGMA foreign_keys = ON;";

#[derive(diesel::MultiConnection)]
pub enum Db {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Db {
    /// Connects. `MultiConnection` itself would take any text for a file name, so the kind is chosen here.
    pub fn connect(location: &DatabaseUrl) -> Result<Self, ConnectionError> {
        match location {
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

    /// Begins a transaction that will write. SQLite takes its write lock now: a transaction that reads first and writes later
    /// would fail at once when another one wrote in between.
    pub fn begin_write(&mut self) -> QueryResult<()> {
        match self {
            Db::Sqlite(connection) => {
                AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
            }
            Db::Postgres(connection) => AnsiTransactionManager::begin_transaction(connection),
        }
    }

    pub fn commit(&mut self) -> QueryResult<()> {
        match self {
            Db::Sqlite(connection) => AnsiTransactionManager::commit_transaction(connection),
            Db::Postgres(connection) => AnsiTransactionManager::commit_transaction(connection),
        }
    }

    pub fn roll_back(&mut self) -> QueryResult<()> {
        match self {
            Db::Sqlite(connection) => AnsiTransactionManager::rollback_transaction(connection),
            Db::Postgres(connection) => AnsiTransactionManager::rollback_transaction(connection),
        }
    }

    /// Brings the tables up to this version. On SQLite under the write lock: processes that start together would all make the same tables.
    pub fn migrate(&mut self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        match self {
            Db::Sqlite(connection) => {
                if !connection.has_pending_migration(SQLITE_MIGRATIONS)? {
                    return Ok(());
                }
                connection.immediate_transaction(|connection| {
                    connection.run_pending_migrations(SQLITE_MIGRATIONS).map(drop)
                })
            }
            Db::Postgres(connection) => {
                connection.run_pending_migrations(POSTGRES_MIGRATIONS).map(drop)
            }
        }
    }

    /// Whether the connection can be used again: no transaction left open by a panic, the server still there.
    pub fn is_broken(&mut self) -> bool {
        let status = match self {
            Db::Sqlite(connection) => {
                AnsiTransactionManager::transaction_manager_status_mut(connection)
            }
            Db::Postgres(connection) => {
                AnsiTransactionManager::transaction_manager_status_mut(connection)
            }
        };
        !matches!(status.transaction_depth(), Ok(None))
    }

    pub fn ping(&mut self) -> QueryResult<()> {
        self.batch_execute("SELECT 1")
    }
}
