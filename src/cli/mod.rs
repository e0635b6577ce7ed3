//! The commands, one a file. Exit codes: 0 done, 1 refused, 2 wrong use.

#![expect(clippy::print_stderr, reason = "a command speaks to whoever typed it")]

pub mod account;
mod input;
pub mod keys;
mod log;
mod output;
mod runtime;
pub mod serve;

use output::{at, print_table, say};
use rocket::figment::Figment;
use std::ffi::OsString;
use std::fmt::Display;
use std::process::ExitCode;
use vestibule::accounts::Services;
use vestibule::clock::Clock;
use vestibule::config::{Config, ConfigErrors, DatabaseUrl};

const REFUSED: u8 = 1;
const WRONG_USE: u8 = 2;

/// What a command did, or why it refused.
type Done = Result<(), String>;

/// Whether a command may find no database and create one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Database {
    /// It must exist: a command on the wrong folder would work on an empty one of its own and report
    /// success.
    Existing,
    MayBeNew,
}

/// Runs an operator's command on the configured database.
fn operate<F: Future<Output = Done>>(
    database: Database,
    work: impl FnOnce(Services) -> F,
) -> ExitCode {
    let figment = vestibule::figment();
    let config = match load(&figment) {
        Ok(config) => config,
        Err(errors) => return wrong_use(&errors),
    };
    log::of_a_command();
    if let Err(refusal) = find(database, &config.database) {
        return refuse(&refusal);
    }
    let done = runtime::run(&figment, async {
        match vestibule::start(&config, Clock::system()).await {
            Ok(services) => work(services).await,
            Err(error) => Err(format!("{error}.")),
        }
    });
    match done {
        Err(error) => refuse(&format!("The runtime could not be started: {error}.")),
        Ok(Err(refusal)) => refuse(&refusal),
        Ok(Ok(())) if output::finish() => ExitCode::SUCCESS,
        Ok(Ok(())) => refuse(
            "The command was carried out, but its output could not be written. Check the disk space.",
        ),
    }
}

/// Whether the database is where the command expects it. PostgreSQL answers for itself.
fn find(database: Database, url: &DatabaseUrl) -> Done {
    let DatabaseUrl::Sqlite(path) = url else { return Ok(()) };
    let place = path.display();
    match (path.try_exists(), database) {
        (Ok(true), _) => {}
        (Ok(false), Database::Existing) => {
            return Err(format!(
                "There is no database at {place}. Set VESTIBULE_DATA_DIR or DATABASE_URL as the server has them, or start the server first."
            ));
        }
        (Ok(false), Database::MayBeNew) => eprintln!(
            "Creating a new database at {place}. If the server has one already, set VESTIBULE_DATA_DIR or DATABASE_URL as it has them."
        ),
        (Err(error), _) => {
            return Err(format!(
                "The database at {place} cannot be read: {error}. Run the command as the user who runs the server."
            ));
        }
    }
    Ok(())
}

/// Our configuration and Rocket's, with the errors of both in one list.
fn load(figment: &Figment) -> Result<Config, ConfigErrors> {
    let mut errors = vestibule::figment_problems(figment);
    match Config::load(figment, environment()) {
        Ok(config) if errors.is_empty() => Ok(config),
        Ok(_) => Err(ConfigErrors(errors)),
        Err(ConfigErrors(ours)) => {
            errors.extend(ours);
            Err(ConfigErrors(errors))
        }
    }
}

/// The environment as text. What is not text is not valid for us either, and is reported where it is
/// read.
fn environment() -> impl Iterator<Item = (String, String)> {
    let lossy = |text: OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (lossy(name), lossy(value)))
}

fn refuse(refusal: &str) -> ExitCode {
    eprintln!("{refusal}");
    ExitCode::from(REFUSED)
}

fn wrong_use(errors: &ConfigErrors) -> ExitCode {
    eprint!("{errors}");
    ExitCode::from(WRONG_USE)
}

/// A fault as the operator reads it.
fn failed(fault: impl Display) -> String {
    format!(
        "It failed: {fault}. Check the database, and see with `list` what was done before you run it again."
    )
}
