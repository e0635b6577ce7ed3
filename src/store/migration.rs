//! Migrates the database to this version, or refuses one of another version.

use super::connection::{Db, Lock, lock};
use super::schema::__diesel_schema_migrations as applied;
use super::{StoreFault, Tx};
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::time::Duration;
use tokio::time::Instant;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How long a process waits while another one migrates.
const WAIT_FOR_OTHERS: &str =
    "SET LOCAL lock_timeout = '10min'; SET LOCAL statement_timeout = '10min'";

/// How long a command waits for a writer before it reads which migrations there are.
const PENDING_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs the missing migrations, under a lock: processes that start together would otherwise all
/// create the same tables.
pub(super) fn run(db: &mut Db) -> Result<(), StoreFault> {
    match db {
        Db::Sqlite(connection) => {
            check_version(connection, SQLITE)?;
            if !connection.has_pending_migration(SQLITE).map_err(failed)? {
                return Ok(());
            }
            connection.immediate_transaction(|connection: &mut SqliteConnection| {
                connection.run_pending_migrations(SQLITE).map(drop).map_err(failed)
            })
        }
        Db::Postgres(connection) => connection.transaction(|connection| {
            connection.batch_execute(WAIT_FOR_OTHERS)?;
            lock(connection, Lock::Migration)?;
            check_version(connection, POSTGRES)?;
            connection.run_pending_migrations(POSTGRES).map(drop).map_err(failed)
        }),
    }
}

/// The migrations that are missing, in their order; nothing is changed.
pub(super) fn pending(db: &mut Db) -> Result<Vec<String>, StoreFault> {
    // diesel creates its table to read it.
    db.begin_write(Instant::now() + PENDING_TIMEOUT)?;
    let pending = missing(db);
    db.roll_back()?;
    pending
}

fn missing(db: &mut Db) -> Result<Vec<String>, StoreFault> {
    match db {
        Db::Sqlite(connection) => {
            check_version(connection, SQLITE)?;
            Ok(names(&connection.pending_migrations(SQLITE).map_err(failed)?))
        }
        Db::Postgres(connection) => {
            check_version(connection, POSTGRES)?;
            Ok(names(&connection.pending_migrations(POSTGRES).map_err(failed)?))
        }
    }
}

fn names<DB: diesel::backend::Backend>(migrations: &[Box<dyn Migration<DB>>]) -> Vec<String> {
    migrations.iter().map(|migration| migration.name().to_string()).collect()
}

/// Whether the database has all migrations of this version. It may have more: while a newer version
/// replaces this one, this one still serves.
pub fn is_current(tx: &mut Tx<'_>) -> Result<bool, StoreFault> {
    let applied: Vec<String> = applied::table.select(applied::version).load(tx.0)?;
    let applied: Vec<MigrationVersion<'_>> = applied.into_iter().map(Into::into).collect();
    // Both databases get the same ones.
    let ours: Vec<Box<dyn Migration<Sqlite>>> = SQLITE.migrations().map_err(failed)?;
    Ok(ours.iter().all(|migration| applied.contains(&migration.name().version())))
}

/// Refuses a database with a migration that this version does not know.
fn check_version<DB: diesel::backend::Backend>(
    connection: &mut impl MigrationHarness<DB>,
    known: EmbeddedMigrations,
) -> Result<(), StoreFault> {
    let migrations: Vec<Box<dyn Migration<DB>>> = known.migrations().map_err(failed)?;
    let known: Vec<MigrationVersion<'_>> =
        migrations.iter().map(|migration| migration.name().version()).collect();
    let applied = connection.applied_migrations().map_err(failed)?;
    let unknown = applied.into_iter().find(|version| !known.contains(version));
    match unknown {
        None => Ok(()),
        Some(version) if known.first().is_some_and(|first| version < *first) => {
            Err(StoreFault::TooOld)
        }
        Some(_) => Err(StoreFault::TooNew),
    }
}

fn failed(error: impl ToString) -> StoreFault {
    StoreFault::Migration(error.to_string())
}
