//! `vestibule passwords`.

use super::output::{say_number, text};
use super::{Done, load, refuse, wrong_use};
use clap::Subcommand;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use vestibule::breached::{self, ImportError, ListError};
use vestibule::config::Config;

/// Each needs about 50 bytes of memory during the import.
const MAX_TOP: u64 = 100_000_000;

#[derive(Subcommand)]
pub enum Passwords {
    /// Refuse passwords known from data breaches, from a downloaded list
    ///
    /// The list has a line for each password: its SHA-1 hash, a colon, and how often it was seen.
    /// Have I Been Pwned offers one, <https://haveibeenpwned.com/Passwords>. It may be ordered by
    /// hash or by count.
    ///
    /// Builds a file in the data directory, 2.3 MB for a million passwords, which the server reads
    /// when it starts. It refuses about 15 in a million other passwords, too. Nothing is ever sent
    /// to anybody.
    Import {
        /// The downloaded list
        #[arg(value_name = "FILE")]
        list: PathBuf,
        /// How many passwords to take, the most frequent ones
        #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..=MAX_TOP))]
        top: u64,
    },
}

pub fn run(command: Passwords) -> ExitCode {
    let config = match load(&vestibule::figment()) {
        Ok(config) => config,
        Err(errors) => return wrong_use(&errors),
    };
    let Passwords::Import { list, top } = command;
    match import(&config, &list, top) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => refuse(&refusal),
    }
}

fn import(config: &Config, list: &Path, top: u64) -> Done {
    // With a wrong setting, the file would otherwise be built where no server reads it.
    if !config.data_dir.is_dir() {
        let path = config.data_dir.display().to_string();
        return Err(text("cli-data-dir-missing", &[("path", &path)]));
    }
    let file = config.breached_passwords_file();
    let top = usize::try_from(top).unwrap_or(usize::MAX);
    let count =
        breached::import(list, top, &file).map_err(|error| sentence(&error, list, &file))?;
    say_number("cli-passwords-imported", "count", count)
}

fn sentence(error: &ImportError, list: &Path, file: &Path) -> String {
    let (list, file) = (list.display().to_string(), file.display().to_string());
    match error {
        ImportError::List(ListError::Unreadable(error)) => {
            text("cli-passwords-list-unreadable", &[("path", &list), ("error", &error.to_string())])
        }
        ImportError::List(ListError::Line(line)) => {
            text("cli-passwords-line-invalid", &[("path", &list), ("line", &line.to_string())])
        }
        ImportError::Empty => text("cli-passwords-list-empty", &[("path", &list)]),
        ImportError::NotBuilt => text("cli-passwords-not-built", &[]),
        ImportError::File(error) => {
            text("cli-passwords-file-failed", &[("path", &file), ("error", &error.to_string())])
        }
    }
}
