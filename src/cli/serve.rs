//! `vestibule serve`.

use super::{load, log, refuse, say, wrong_use};
use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use std::process::ExitCode;
use vestibule::clock::Clock;
use vestibule::config::{Config, ConfigErrors};

/// Serves until it is told to stop.
pub fn run() -> ExitCode {
    let figment = vestibule::figment();
    match load_all(&figment) {
        Ok(config) => rocket::async_main(serve(config, figment)),
        Err(problems) => wrong_use(&problems),
    }
}

/// Our configuration and Rocket's, with all problems of both in one list.
fn load_all(figment: &Figment) -> Result<Config, ConfigErrors> {
    let mut problems = vestibule::figment_problems(figment);
    match load(figment) {
        Ok(config) => {
            problems.extend(vestibule::overlay_problem(&config));
            if problems.is_empty() { Ok(config) } else { Err(ConfigErrors(problems)) }
        }
        Err(ConfigErrors(ours)) => {
            problems.extend(ours);
            Err(ConfigErrors(problems))
        }
    }
}

async fn serve(config: Config, figment: Figment) -> ExitCode {
    log::of_a_server();
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
        Err(problem) => return not_started(&problem.to_string()),
    };
    match rocket.launch().await {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => not_started(&format!(
            "{}. Set another ROCKET_PORT or ROCKET_ADDRESS, or see more with ROCKET_LOG_LEVEL=critical",
            error.kind()
        )),
    }
}

/// Tells where to go, once the port is open.
fn ready(address: String) -> AdHoc {
    AdHoc::on_liftoff("ready", |_| {
        Box::pin(async move { say(format!("Vestibule is ready: open {address}")) })
    })
}

fn not_started(problem: &str) -> ExitCode {
    refuse(&format!("Vestibule did not start: {problem}."))
}
