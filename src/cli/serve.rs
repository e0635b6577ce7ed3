//! `vestibule serve`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to whoever typed it")]

use super::log;
use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use std::ffi::OsString;
use std::process::ExitCode;
use vestibule::clock::Clock;
use vestibule::config::{Config, Problems};

const REFUSED: u8 = 1;
const WRONG_USE: u8 = 2;

/// Serves until it is told to stop.
pub fn run() -> ExitCode {
    let figment = vestibule::figment();
    match load(&figment) {
        Ok(config) => rocket::async_main(serve(config, figment)),
        Err(problems) => {
            eprint!("{problems}");
            ExitCode::from(WRONG_USE)
        }
    }
}

/// Our configuration and Rocket's, with all problems of both in one list.
fn load(figment: &Figment) -> Result<Config, Problems> {
    let mut problems = vestibule::figment_problems(figment);
    match Config::load(figment, environment()) {
        Ok(config) if problems.is_empty() => Ok(config),
        Ok(_) => Err(Problems(problems)),
        Err(Problems(ours)) => {
            problems.extend(ours);
            Err(Problems(problems))
        }
    }
}

/// The environment as text. What is no text cannot be right for us, and is told as such when it is read.
fn environment() -> impl Iterator<Item = (String, String)> {
    let lossy = |text: OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (lossy(name), lossy(value)))
}

async fn serve(config: Config, figment: Figment) -> ExitCode {
    log::start();
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    for name in &config.without_effect {
        tracing::warn!(name, "this setting is checked, but this version does not act on it yet");
    }
    // Every open connection is a file, and Rocket caps neither.
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
    let address = config.origin.as_str().to_owned();
    let rocket = match vestibule::build(config, figment, Clock::system()).await {
        Ok(rocket) => rocket.attach(ready(address)),
        Err(problem) => return refuse(&problem.to_string()),
    };
    match rocket.launch().await {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => refuse(&format!(
            "{}. Set another ROCKET_PORT or ROCKET_ADDRESS, or see more with ROCKET_LOG_LEVEL=critical",
            error.kind()
        )),
    }
}

/// Tells where to go, once the port is open.
fn ready(address: String) -> AdHoc {
    AdHoc::on_liftoff("ready", |_| Box::pin(async move { println!("Vestibule is ready: open {address}") }))
}

fn refuse(problem: &str) -> ExitCode {
    eprintln!("Vestibule did not start: {problem}.");
    ExitCode::from(REFUSED)
}
