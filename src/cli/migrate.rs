//! `vestibule migrate`.

use super::output::{is_json, print, say, say_number, text};
use super::{Database, Done, find, with_config};
use serde_json::json;
use std::process::ExitCode;
use vestibule::BuildError;
use vestibule::accounts::{migrate, pending_migrations};
use vestibule::config::Config;

#[derive(clap::Args)]
pub struct Migrate {
    /// Only list the missing migrations
    #[arg(long)]
    dry_run: bool,
}

pub fn run(command: &Migrate) -> ExitCode {
    with_config(|config| carry_out(config, command.dry_run))
}

fn carry_out(config: &Config, dry_run: bool) -> Done {
    find(Database::MustExist, &config.database)?;
    let work = if dry_run { pending_migrations } else { migrate };
    let migrations = work(&config.database).map_err(|error| {
        text("cli-migrate-failed", &[("error", &BuildError::Start(error).to_string())])
    })?;
    migrations.iter().try_for_each(|name| {
        if is_json() { print(json!({ "migration": name })) } else { print(name) }
    })?;
    match (migrations.len(), dry_run) {
        (0, _) => say("cli-migrate-current", &[]),
        (count, true) => say_number("cli-migrate-pending", "count", count),
        (count, false) => say_number("cli-migrate-done", "count", count),
    }
}
