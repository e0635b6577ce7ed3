//! Vestibule adds accounts to your web application: sign-up, sign-in, sessions and signed tokens,
//! in one self-hosted program.
//!
//! Four layers with dependencies in one direction: `web` -> `accounts` -> `store` and `token` ->
//! `domain`. `docs/ARCHITECTURE.md` is the map.

pub mod accounts;
pub mod breached;
pub mod checkup;
pub mod clock;
pub mod config;
mod disk;
pub mod domain;
pub mod files;
pub mod metrics;
mod store;
mod system_user;
pub mod texts;
mod token;
mod web;

pub use web::{ROUTES, RouteEntry, RunningRequests, figment, figment_problems, metrics_server};

use accounts::sessions::SessionPolicy;
use accounts::signing_keys::KeySettings;
use accounts::{Fault, PasswordPolicy, Services, Settings, StartError};
use breached::BreachedPasswords;
use clock::Clock;
use config::{Config, SecretError};
use figment::Figment;
use files::FileError;
use rocket::{Build, Rocket};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use store::StoreFault;
pub use store::was_used;
use token::KeyringError;

/// Why the application cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error(
        "the data directory {0} cannot be used: {1}. {advice}", advice = disk::advice(.1)
    )]
    DataDir(PathBuf, io::Error),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(
        "there is a database, but no secret to open its keys: VESTIBULE_SECRET and VESTIBULE_SECRET_FILE are not set, and there is no file {0}. \
         If the server has one of these settings, set the same. Otherwise, restore the file from a backup. If it is lost for good, follow docs/OPERATING.md, \
         \"The secret\""
    )]
    SecretLost(PathBuf),
    #[error("{0}")]
    Overlay(#[from] FileError),
    #[error(transparent)]
    BreachedPasswords(#[from] breached::FileError),
    #[error("{0}{advice}", advice = advice_on_start(.0))]
    Start(#[from] StartError),
}

/// What to do about a failed start.
fn advice_on_start(problem: &StartError) -> &'static str {
    match problem {
        StartError::Fault(Fault::Keys(KeyringError::OtherSecret(_))) => {
            ". Configure the secret that the keys are sealed with: after `vestibule keys reseal` the new one, otherwise the previous one"
        }
        StartError::Fault(Fault::Keys(_)) => ". Restore the table signing_keys from a backup",
        // These say themselves what to do.
        StartError::Store(
            StoreFault::TooOld
            | StoreFault::TooNew
            | StoreFault::File(..)
            | StoreFault::NotADatabase(..)
            | StoreFault::BeingReplaced
            | StoreFault::Gone(_),
        ) => "",
        _ => ". Check DATABASE_URL, and the free space and permissions of the data directory",
    }
}

/// The error in the operator's overlay, if there is one.
#[must_use]
pub fn overlay_problem(config: &Config) -> Option<String> {
    let folder = config.template_dir.as_deref()?;
    let error = web::Presentation::load(Some(folder), config.password_min_length).err()?;
    Some(format!("VESTIBULE_TEMPLATE_DIR: {error}"))
}

/// Builds the server, for the program and for tests.
pub async fn build(
    config: Config,
    figment: Figment,
    clock: Clock,
) -> Result<Rocket<Build>, BuildError> {
    let presentation =
        web::Presentation::load(config.template_dir.as_deref(), config.password_min_length)?;
    let services = start(&config, clock).await?;
    services.run_in_background();
    services.keys.reconcile(config.algorithm).await.map_err(StartError::Fault)?;
    services.monitoring.warn_of_clock().await.map_err(StartError::Fault)?;
    Ok(web::build(
        figment,
        services,
        presentation,
        web::WebSettings {
            base_url: config.base_url,
            cors_origins: config.cors_origins,
            hsts_subdomains: config.hsts_subdomains,
            trusted_proxies: config.trusted_proxies,
        },
    ))
}

/// Opens the data directory, the secret, the database and the keys: all that commands need.
pub async fn start(config: &Config, clock: Clock) -> Result<Services, BuildError> {
    if config.has_lost_its_secret() {
        return Err(BuildError::SecretLost(config.secret_file()));
    }
    make_data_dir(config)?;
    let issuer = config.base_url.as_str().to_owned();
    let breached = BreachedPasswords::read(&config.breached_passwords_file())?;
    let settings = Settings {
        database: config.database.clone(),
        keys: KeySettings {
            secret: config.secret()?,
            issuer: token::TokenIssuer { issuer, audience: config.audience.clone() },
            algorithm: config.algorithm,
        },
        sessions: SessionPolicy { lifetimes: config.lifetimes, max_sessions: config.max_sessions },
        registration: config.registration,
        rate_limits: config.rate_limits,
        passwords: PasswordPolicy::new(
            config.password_min_length,
            config.base_url.as_str(),
            breached,
        ),
        keep_events: config.event_retention,
        system_user: system_user::system_user(),
    };
    Ok(Services::start(settings, clock).await?)
}

/// Creates the data directory if there is none.
pub fn make_data_dir(config: &Config) -> Result<(), BuildError> {
    make_private(&config.data_dir)
        .map_err(|error| BuildError::DataDir(config.data_dir.clone(), error))
}

/// Creates a directory that only its owner can access. An existing one is not changed; if others
/// can access it, a warning is logged.
fn make_private(directory: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    // Fails if this user may not use what is in it; every file would be reported as unreadable.
    std::fs::metadata(directory.join("."))?;
    if std::fs::metadata(directory)?.permissions().mode() & 0o077 != 0 {
        tracing::warn!(directory = %directory.display(), "other users can access the data directory: run chmod 700 on it");
    }
    Ok(())
}
