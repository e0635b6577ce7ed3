//! `vestibule config`.

use super::output::say;
use super::{Done, doctor, finish, load, log, runtime, wrong_use};
use clap::Subcommand;
use std::path::Path;
use std::process::ExitCode;
use vestibule::checkup;
use vestibule::clock::Clock;
use vestibule::config::{Config, ConfigErrors, DatabaseUrl};

#[derive(Subcommand)]
pub enum Settings {
    /// Check all settings, open the database and its keys, and change nothing
    Check,
}

pub fn run(command: &Settings) -> ExitCode {
    let Settings::Check = command;
    let config = match load(&vestibule::figment()) {
        Ok(config) => config,
        Err(errors) => return wrong_use(&errors),
    };
    if let Some(error) = vestibule::overlay_problem(&config) {
        return wrong_use(&ConfigErrors(vec![error]));
    }
    log::start_for_command();
    finish(check(&config))
}

fn check(config: &Config) -> Done {
    for warning in &config.warnings {
        say("check-setting", &[("warning", warning)])?;
    }
    if let DatabaseUrl::Sqlite(path) = &config.database
        && let Ok(false) = path.try_exists()
        && !vestibule::was_used(path)
        && has_its_folder(config, path)
    {
        return say("cli-config-new", &[("path", &path.display().to_string())]);
    }
    let opened = runtime()?.block_on(checkup::database(config, &Clock::system()));
    opened.map(drop).map_err(|finding| doctor::sentence(&finding))?;
    say("cli-config-correct", &[])
}

/// Whether a database can be created there. The start creates the data directory, and no other.
fn has_its_folder(config: &Config, database: &Path) -> bool {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.is_none_or(|folder| folder == config.data_dir || folder.is_dir())
}
