//! `vestibule serve`.

use super::{load, log, refuse, runtime, say, wrong_use};
use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use std::net::{IpAddr, TcpListener};
use std::process::ExitCode;
use vestibule::clock::Clock;
use vestibule::config::{Config, ConfigErrors};

/// Serves until it is told to stop.
pub fn run() -> ExitCode {
    let figment = with_real_port(vestibule::figment());
    let config = match load(&figment) {
        Ok(config) => config,
        Err(errors) => return wrong_use(&errors),
    };
    if let Some(problem) = vestibule::overlay_problem(&config) {
        return wrong_use(&ConfigErrors(vec![problem]));
    }
    match runtime::run(&figment, serve(config, figment.clone())) {
        Ok(code) => code,
        Err(error) => not_started(&format!("the runtime could not be started: {error}")),
    }
}

/// Chooses a free port where `ROCKET_PORT=0` asks for any: the base URL must be known beforehand.
fn with_real_port(figment: Figment) -> Figment {
    if figment.extract_inner::<u16>("port").ok() != Some(0) {
        return figment;
    }
    let Ok(address) = figment.extract_inner::<IpAddr>("address") else { return figment };
    let bound = TcpListener::bind((address, 0)).and_then(|listener| listener.local_addr());
    match bound {
        Ok(bound) => figment.merge(("port", bound.port())),
        Err(_) => figment,
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
    let address = config.base_url.as_str().to_owned();
    let rocket = match vestibule::build(config, figment, Clock::system()).await {
        Ok(rocket) => rocket.attach(ready(address)),
        Err(error) => return not_started(&error.to_string()),
    };
    match rocket.launch().await {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => not_started(&format!(
            "{}. Set another ROCKET_PORT or ROCKET_ADDRESS, or see more with ROCKET_LOG_LEVEL=critical",
            error.kind()
        )),
    }
}

/// Says where to go, once the port is open.
fn ready(address: String) -> AdHoc {
    AdHoc::on_liftoff("ready", |_| {
        Box::pin(async move { say(format!("Vestibule is ready: open {address}")) })
    })
}

fn not_started(error: &str) -> ExitCode {
    refuse(&format!("Vestibule did not start: {error}."))
}
