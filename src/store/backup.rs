//! Copies of a SQLite database.

use super::StoreFault;
use super::usage_lock::UsageLock;
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::path::Path;

/// Nobody waits for an answer, so there is time for a writer or a recovery to end.
const SETUP: &str = "PRAGMA busy_timeout = 10000; PRAGMA synchronous = FULL;";
/// For connections of this process that are about to close.
const SHORT_WAIT: &str = "PRAGMA busy_timeout = 2000";
/// Tables of every version.
const TABLES: &str = "count(*) FROM sqlite_schema WHERE type = 'table' \
                      AND name IN ('__diesel_schema_migrations', 'accounts', 'signing_keys')";

/// Writes one consistent snapshot into an empty file, while servers read and write. It has what is
/// committed but still in the log, which a copy of the file would lack.
pub fn copy(database: &Path, to: &Path) -> Result<(), StoreFault> {
    let _usage = UsageLock::shared(database)?;
    let mut connection = connect(database)?;
    let name = to.to_string_lossy().replace('\'', "''");
    let copied = connection.batch_execute(&format!("VACUUM INTO '{name}'"));
    copied.map_err(|error| StoreFault::of_file(database, error))
}

/// Refuses a file that is damaged, or not a database of this program.
pub fn check(file: &Path) -> Result<(), StoreFault> {
    let not_ours = |why: &str| StoreFault::NotADatabase(file.to_owned(), why.to_owned());
    let mut connection = connect(file)?;
    let check = diesel::select(sql::<Text>("integrity_check FROM pragma_integrity_check"));
    let found: Vec<String> =
        check.load(&mut connection).map_err(|error| StoreFault::of_file(file, error))?;
    if let Some(damage) = found.iter().find(|line| *line != "ok") {
        return Err(not_ours(damage));
    }
    let tables: i64 = diesel::select(sql::<BigInt>(TABLES)).get_result(&mut connection)?;
    if tables == 3 { Ok(()) } else { Err(not_ours("it lacks tables of Vestibule")) }
}

/// Writes the log into the file and deletes it: then the file is the whole database, and can be
/// moved. The next process that opens it starts another log.
pub fn fold_log(file: &Path) -> Result<(), StoreFault> {
    let mut connection = connect(file)?;
    connection.batch_execute(SHORT_WAIT)?;
    let folded = connection.batch_execute("PRAGMA journal_mode = DELETE");
    folded.map_err(|error| match error.to_string().as_str() {
        "database is locked" => StoreFault::InUse,
        _ => StoreFault::of_file(file, error),
    })?;
    let mode = diesel::select(sql::<Text>("journal_mode FROM pragma_journal_mode"));
    let mode: String = mode.get_result(&mut connection)?;
    if mode == "delete" { Ok(()) } else { Err(StoreFault::InUse) }
}

fn connect(file: &Path) -> Result<SqliteConnection, StoreFault> {
    let connection = SqliteConnection::establish(&file.to_string_lossy());
    let mut connection = connection.map_err(StoreFault::NotOpened)?;
    connection.batch_execute(SETUP).map_err(|error| StoreFault::of_file(file, error))?;
    Ok(connection)
}
