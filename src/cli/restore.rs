//! `vestibule restore`.

use super::output::{say, say_number, text};
use super::{Done, failed, runtime, with_config};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use vestibule::BuildError;
use vestibule::accounts::{Fault, RestoreDraft, RestoreError, StartError};
use vestibule::clock::Clock;
use vestibule::config::{Config, DatabaseUrl};

#[derive(clap::Args)]
pub struct Restore {
    /// The backup
    file: PathBuf,
}

pub fn run(command: &Restore) -> ExitCode {
    with_config(|config| restore(config, &command.file))
}

fn restore(config: &Config, file: &Path) -> Done {
    let name = file.display().to_string();
    let DatabaseUrl::Sqlite(database) = &config.database else {
        return Err(text("cli-restore-postgres", &[("file", &name)]));
    };
    let secret = config.secret_file();
    if config.secret.is_none() && !secret.exists() {
        let secret = secret.display().to_string();
        return Err(text("cli-restore-secret-missing", &[("file", &secret)]));
    }
    vestibule::make_data_dir(config).map_err(|error| refused(&format!("{error}.")))?;
    let draft = RestoreDraft::of(file, database).map_err(|error| sentence(&error))?;
    let ended = end_sessions(config, &draft)?;
    let kept = draft.install().map_err(|error| sentence(&error))?;
    say("cli-restored", &[("file", &name), ("database", &database.display().to_string())])?;
    say_number("cli-restore-ended", "count", ended)?;
    match kept {
        Some(kept) => say("cli-restore-kept", &[("file", &kept.display().to_string())]),
        None => Ok(()),
    }
}

/// Starts the services on the copy, which migrates it and opens its keys.
fn end_sessions(config: &Config, draft: &RestoreDraft) -> Result<usize, String> {
    let config = Config { database: DatabaseUrl::Sqlite(draft.file()), ..config.clone() };
    runtime()?.block_on(async {
        let services = vestibule::start(&config, Clock::system()).await;
        let services = services.map_err(|error| not_started(&error))?;
        services.keys.end_restored_sessions().await.map_err(failed)
    })
}

fn not_started(error: &BuildError) -> String {
    if let BuildError::Start(StartError::Fault(Fault::Keys(error))) = error {
        return text("cli-restore-other-secret", &[("error", &error.to_string())]);
    }
    refused(&format!("{error}."))
}

fn sentence(error: &RestoreError) -> String {
    let path = |path: &Path| path.display().to_string();
    match error {
        RestoreError::Same(file) => text("cli-restore-same", &[("file", &path(file))]),
        RestoreError::Earlier(file) => text("cli-restore-earlier", &[("file", &path(file))]),
        RestoreError::File(file, error) => {
            text("cli-restore-file", &[("file", &path(file)), ("error", &error.to_string())])
        }
        RestoreError::Store(fault) => refused(&format!("{fault}.")),
    }
}

fn refused(error: &str) -> String {
    text("cli-restore-refused", &[("error", error)])
}
