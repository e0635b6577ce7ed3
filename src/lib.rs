//! Vestibule: the entrance hall of a web application. People register, sign in, see and manage their account.
//!
//! Four rooms, arrows in one direction: `web` asks `accounts`, which uses `store` and `token`, which speak in the types of
//! `domain`. `docs/ARCHITECTURE.md` is the map.

mod accounts;
pub mod clock;
pub mod config;
pub mod domain;
mod store;
mod token;
mod web;

pub use accounts::StartProblem;
pub use web::{figment, figment_problems};

use accounts::{Accounts, Settings};
use clock::Clock;
use config::{Config, SecretProblem};
use figment::Figment;
use rocket::{Build, Rocket};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Why the application cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildProblem {
    #[error("the data directory {0} could not be made: {1}. Make its parent writable, or set VESTIBULE_DATA_DIR")]
    DataDir(PathBuf, io::Error),
    #[error(transparent)]
    Secret(#[from] SecretProblem),
    #[error(
        "{0}. Check DATABASE_URL, the free space and the rights of the data directory; if the secret was changed, restore the old one"
    )]
    Start(#[from] StartProblem),
}

/// The one composition root, for the program and for tests: data directory, secret, database, keys, routes.
///
/// # Errors
/// `BuildProblem`: nothing may be served then.
pub async fn build(config: Config, figment: Figment, clock: Clock) -> Result<Rocket<Build>, BuildProblem> {
    make_private(&config.data_dir).map_err(|error| BuildProblem::DataDir(config.data_dir.clone(), error))?;
    let settings = Settings {
        secret: config.secret()?,
        location: config.location,
        names: token::Names { issuer: config.origin.as_str().to_owned(), audience: config.audience },
        lives: config.lives,
        registration: config.registration,
    };
    let accounts = Accounts::start(settings, clock).await?;
    Ok(web::build(figment, accounts, config.origin))
}

/// Makes a directory that only its owner may enter; one that is there is left as it is, with a warning if others may enter.
fn make_private(directory: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    if std::fs::metadata(directory)?.permissions().mode() & 0o077 != 0 {
        tracing::warn!(directory = %directory.display(), "others may enter the data directory: run chmod 700 on it");
    }
    Ok(())
}
