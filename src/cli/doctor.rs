//! `vestibule doctor`.

use super::output::{is_json, print, text};
use super::{Done, runtime, with_config};
use serde_json::json;
use std::process::ExitCode;
use vestibule::checkup::{self, Finding, State};
use vestibule::clock::Clock;
use vestibule::config::Config;

#[derive(clap::Args)]
pub struct Doctor;

pub fn run(_: &Doctor) -> ExitCode {
    with_config(examine)
}

fn examine(config: &Config) -> Done {
    let port = vestibule::figment().extract_inner("port").unwrap_or_default();
    let findings = runtime()?.block_on(checkup::check(config, port, &Clock::system()));
    for finding in &findings {
        print(if is_json() { json_line(finding) } else { line(finding) })?;
    }
    match findings.iter().filter(|finding| finding.state == State::Problem).count() {
        0 => Ok(()),
        count => Err(text("cli-doctor-problems", &[("count", &count.to_string())])),
    }
}

fn line(finding: &Finding) -> String {
    let state = match finding.state {
        State::Ok => "cli-doctor-ok",
        State::Warning => "cli-doctor-warning",
        State::Problem => "cli-doctor-problem",
    };
    format!("{:<9}{}", text(state, &[]), sentence(finding))
}

fn json_line(finding: &Finding) -> String {
    let check = finding.message.trim_start_matches("check-");
    json!({ "check": check, "state": finding.state, "message": sentence(finding) }).to_string()
}

/// What was found, and what to do.
pub fn sentence(finding: &Finding) -> String {
    let arguments: Vec<_> =
        finding.arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
    text(finding.message, &arguments)
}
