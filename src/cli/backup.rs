//! `vestibule backup`.

use super::output::{say, text};
use super::{Database, Done, find, with_config};
use std::path::PathBuf;
use std::process::ExitCode;
use vestibule::accounts::{self, BackupError};
use vestibule::clock::Clock;
use vestibule::config::{Config, DatabaseUrl};

#[derive(clap::Args)]
pub struct Backup {
    /// The file to write, such as /var/backups/vestibule/vestibule.db
    file: PathBuf,
    /// Keep this many: the newest in FILE, earlier ones in FILE.1, FILE.2 and so on
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    keep: Option<u32>,
}

pub fn run(command: &Backup) -> ExitCode {
    with_config(|config| back_up(config, command))
}

fn back_up(config: &Config, command: &Backup) -> Done {
    let file = command.file.display().to_string();
    let DatabaseUrl::Sqlite(database) = &config.database else {
        return Err(text("cli-backup-postgres", &[("file", &file)]));
    };
    find(Database::MustExist, &config.database)?;
    let backup = accounts::Backup {
        database,
        to: &command.file,
        keep: command.keep,
        stamp: &config.last_backup_file(),
    };
    let bytes = backup.make(&Clock::system()).map_err(|error| sentence(&error))?;
    let (database, size) = (database.display().to_string(), bytes.div_ceil(1024).to_string());
    say("cli-backup-made", &[("database", &database), ("file", &file), ("size", &size)])?;
    let secret = config.secret_file().display().to_string();
    match config.secret {
        Some(_) => say("cli-backup-secret-setting", &[]),
        None => say("cli-backup-secret-file", &[("file", &secret)]),
    }
}

fn sentence(error: &BackupError) -> String {
    match error {
        BackupError::Exists(file) => {
            text("cli-backup-exists", &[("file", &file.display().to_string())])
        }
        BackupError::NoBackup(file) => {
            text("cli-backup-no-backup", &[("file", &file.display().to_string())])
        }
        BackupError::Running => text("cli-backup-running", &[]),
        BackupError::File(file, error) => {
            let (file, error) = (file.display().to_string(), error.to_string());
            text("cli-backup-failed", &[("file", &file), ("error", &error)])
        }
        BackupError::Store(fault) => text("cli-backup-not-made", &[("error", &fault.to_string())]),
    }
}
