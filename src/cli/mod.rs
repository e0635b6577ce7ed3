//! The commands, one a file. Exit codes: 0 done, 1 refused, 2 wrong use.

#![expect(clippy::print_stderr, reason = "a command speaks to whoever typed it")]

pub mod account;
mod input;
pub mod keys;
mod log;
pub mod serve;

use rocket::figment::Figment;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;
use vestibule::accounts::Services;
use vestibule::clock::Clock;
use vestibule::config::DatabaseUrl;
use vestibule::config::{Config, ConfigErrors};
use vestibule::domain::Time;

const REFUSED: u8 = 1;
const WRONG_USE: u8 = 2;

/// What a command did, or why it refused.
type Done = Result<(), String>;

/// Whether a command may find nothing and make it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Database {
    /// It must be there: a command on the wrong folder would work on an empty one of its own and report success.
    Existing,
    MayBeNew,
}

/// Runs an operator's command on the configured database.
fn operate<F: Future<Output = Done> + Send>(
    database: Database,
    work: impl FnOnce(Services) -> F + Send,
) -> ExitCode {
    let config = match load(&vestibule::figment()) {
        Ok(config) => config,
        Err(problems) => return wrong_use(&problems),
    };
    log::of_a_command();
    if let Err(refusal) = look_for(database, &config.location) {
        return refuse(&refusal);
    }
    rocket::async_main(async {
        let done = match vestibule::start(&config, Clock::system()).await {
            Ok(services) => work(services).await,
            Err(problem) => Err(format!("{problem}.")),
        };
        done.map_or_else(|refusal| refuse(&refusal), |()| ExitCode::SUCCESS)
    })
}

/// Whether the database is where the command was told it is. PostgreSQL answers for itself.
fn look_for(database: Database, location: &DatabaseUrl) -> Done {
    let DatabaseUrl::Sqlite(path) = location else { return Ok(()) };
    let place = path.display();
    match database {
        _ if path.exists() => {}
        Database::Existing => {
            return Err(format!(
                "There is no database at {place}. Set VESTIBULE_DATA_DIR or DATABASE_URL as the server has them, or start the server first."
            ));
        }
        Database::MayBeNew => eprintln!(
            "Making a new database at {place}. If the server has one already, set VESTIBULE_DATA_DIR or DATABASE_URL as it has them."
        ),
    }
    Ok(())
}

fn load(figment: &Figment) -> Result<Config, ConfigErrors> {
    Config::load(figment, environment())
}

/// The environment as text. What is no text cannot be right for us, and is told as such when it is read.
fn environment() -> impl Iterator<Item = (String, String)> {
    let lossy = |text: OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (lossy(name), lossy(value)))
}

fn refuse(refusal: &str) -> ExitCode {
    eprintln!("{refusal}");
    ExitCode::from(REFUSED)
}

fn wrong_use(problems: &ConfigErrors) -> ExitCode {
    eprint!("{problems}");
    ExitCode::from(WRONG_USE)
}

/// A fault as the operator is told it.
fn failed(fault: impl Display) -> String {
    format!(
        "It failed: {fault}. Check the database, and see with `list` what was done before you run it again."
    )
}

/// Prints a line. Whoever closed the pipe has read enough.
fn say(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Prints rows under their heading, each column as wide as it must be.
fn print_table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) {
    let mut widths = heading.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[&str]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        say(padded.collect::<Vec<_>>().join("  ").trim_end());
    };
    line(&heading);
    for row in rows {
        line(&row.each_ref().map(String::as_str));
    }
}

/// A time as operators read it.
fn at(time: Time) -> String {
    time.format("%Y-%m-%d %H:%M:%SZ").to_string()
}
