//! The commands, one a file. Exit codes: 0 done, 1 refused, 2 wrong use.

pub mod account;
pub mod backup;
mod bind;
pub mod config;
mod confirmation;
mod descriptors;
pub mod doctor;
pub mod events;
mod input;
pub mod keys;
mod log;
pub mod manual;
pub mod migrate;
pub mod output;
pub mod passwords;
mod records;
pub mod restore;
pub mod serve;
pub mod session;
mod shutdown;
mod start_report;
mod table;
mod terminal;

use output::{complain, text};
use rocket::figment::Figment;
use std::ffi::OsString;
use std::fmt::Display;
use std::process::ExitCode;
use tokio::runtime::{Builder, Runtime};
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
    with_config(|config| find(database, &config.database).and_then(|()| run(config, command)))
}

/// Runs a command that does without the services.
fn with_config(command: impl FnOnce(&Config) -> Done) -> ExitCode {
    let config = match load(&vestibule::figment()) {
        Ok(config) => config,
        Err(errors) => return wrong_use(&errors),
    };
    log::start_for_command();
    finish(command(&config))
}

fn run<F: Future<Output = Done>>(config: &Config, command: impl FnOnce(Services) -> F) -> Done {
    runtime()?.block_on(async {
        let services = vestibule::start(config, Clock::system()).await;
        command(services.map_err(|error| format!("{error}."))?).await
    })
}

fn runtime() -> Result<Runtime, String> {
    Builder::new_current_thread().enable_all().build().map_err(failed)
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
            complain(text("cli-database-new", &[("path", &place)]));
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
    complain(refusal);
    ExitCode::from(REFUSED)
}

fn wrong_use(errors: &ConfigErrors) -> ExitCode {
    misuse(errors.to_string().trim_end())
}

fn misuse(advice: &str) -> ExitCode {
    complain(advice);
    ExitCode::from(WRONG_USE)
}

/// What clap answers instead of a command: help and the version, or what is wrong with the arguments.
pub fn answer(answer: &clap::Error) -> ExitCode {
    let text = answer.render().to_string();
    if answer.use_stderr() {
        return misuse(text.trim_end());
    }
    finish(output::print(text.trim_end()))
}

fn finish(done: Done) -> ExitCode {
    done.map_or_else(|refusal| refuse(&refusal), |()| ExitCode::SUCCESS)
}

/// A fault, as the operator reads it.
fn failed(fault: impl Display) -> String {
    text("cli-failed", &[("error", &fault.to_string())])
}
