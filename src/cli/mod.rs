//! The commands, one a file. Exit codes: 0 done, 1 refused, 2 wrong use.

#![expect(clippy::print_stderr, reason = "a command reports to its caller")]

pub mod account;
mod descriptors;
pub mod events;
mod input;
pub mod keys;
mod log;
mod output;
pub mod passwords;
pub mod serve;
mod shutdown;

use output::text;
use rocket::figment::Figment;
use std::ffi::OsString;
use std::fmt::Display;
use std::process::ExitCode;
use vestibule::accounts::Services;
use vestibule::clock::Clock;
use vestibule::config::{Config, ConfigErrors, DatabaseUrl};

const REFUSED: u8 = 1;
const WRONG_USE: u8 = 2;

/// What a command did, or the sentence that says why it refused.
type Done = Result<(), String>;

/// Whether a command may create the database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Database {
    /// With a wrong setting, a command would otherwise work on an empty database of its own and
    /// report success.
    MustExist,
    MayBeNew,
}

/// Runs an operator's command on the configured database.
fn operate<F: Future<Output = Done>>(
    database: Database,
    command: impl FnOnce(Services) -> F,
) -> ExitCode {
    let config = match load(&vestibule::figment()) {
        Ok(config) => config,
        Err(errors) => return wrong_use(&errors),
    };
    log::start_for_command();
    let done = find(database, &config.database).and_then(|()| run(&config, command));
    done.map_or_else(|refusal| refuse(&refusal), |()| ExitCode::SUCCESS)
}

fn run<F: Future<Output = Done>>(config: &Config, command: impl FnOnce(Services) -> F) -> Done {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(failed)?.block_on(async {
        let services = vestibule::start(config, Clock::system()).await;
        command(services.map_err(|error| format!("{error}."))?).await
    })
}

/// Whether the database is where the settings say. PostgreSQL tells so itself.
fn find(database: Database, url: &DatabaseUrl) -> Done {
    let DatabaseUrl::Sqlite(path) = url else { return Ok(()) };
    let place = path.display().to_string();
    match (path.try_exists(), database) {
        (Ok(true), _) => {}
        (Ok(false), Database::MustExist) => {
            return Err(text("cli-database-missing", &[("path", &place)]));
        }
        (Ok(false), Database::MayBeNew) => {
            eprintln!("{}", text("cli-database-new", &[("path", &place)]));
        }
        (Err(error), _) => {
            let arguments = [("path", &*place), ("error", &error.to_string())];
            return Err(text("cli-database-unreadable", &arguments));
        }
    }
    Ok(())
}

/// Vestibule's configuration and Rocket's, with all errors of both.
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

/// The environment as text. A value that is not UTF-8 cannot be a valid setting, and is reported
/// when it is read.
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

/// A fault, as the operator reads it.
fn failed(fault: impl Display) -> String {
    text("cli-failed", &[("error", &fault.to_string())])
}
