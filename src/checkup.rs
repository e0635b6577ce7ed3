//! Whether an installation is in order, for operators: each finding says what to do.

use crate::BuildError;
use crate::accounts::{Fault, Services, StartError, pending_migrations};
use crate::clock::Clock;
use crate::config::{Config, DatabaseUrl};
use crate::domain::key::{KeyRecord, KeyState};
use crate::domain::lifetimes::LEEWAY;
use crate::domain::{Span, Time};
use serde::Serialize;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A key that has signed for longer was probably forgotten.
const MAX_KEY_AGE: Span = Span::days(365);
/// Backups were made once, and no more: their job has stopped.
const MAX_BACKUP_AGE: Span = Span::days(7);

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Ok,
    /// It works, and should be changed.
    Warning,
    /// It does not work, or soon will not.
    Problem,
}

/// What was found: the key of a message, and its arguments.
#[derive(Clone, Debug)]
pub struct Finding {
    pub state: State,
    pub message: &'static str,
    pub arguments: Vec<(&'static str, String)>,
}

/// Checks everything.
pub async fn check(config: &Config, port: u16, clock: &Clock) -> Vec<Finding> {
    let mut findings: Vec<Finding> = config.warnings.iter().map(setting).collect();
    findings.push(address(config, port));
    findings.push(proxies(config));
    findings.push(data_dir(config));
    match database(config, clock).await {
        Ok(services) => findings.extend(services_of(&services, clock.now()).await),
        Err(finding) => findings.push(finding),
    }
    findings.push(backup(&config.last_backup_file(), clock.now()));
    findings
}

/// Opens the database and its keys, without creating or migrating anything.
pub async fn database(config: &Config, clock: &Clock) -> Result<Services, Finding> {
    if let DatabaseUrl::Sqlite(path) = &config.database
        && let Ok(false) = path.try_exists()
    {
        return Err(Finding::problem("check-database-missing").with("path", path.display()));
    }
    if !config.data_dir.exists() {
        // The start would create it.
        return Err(
            Finding::problem("check-data-dir-missing").with("path", config.data_dir.display())
        );
    }
    let unusable =
        |error| Finding::problem("check-database-unusable").with("error", BuildError::Start(error));
    let pending = pending_migrations(&config.database).map_err(unusable)?;
    if !pending.is_empty() {
        let names = pending.join(", ");
        return Err(Finding::problem("check-database-pending").with("migrations", names));
    }
    crate::start(config, clock.clone()).await.map_err(|error| match error {
        BuildError::Start(StartError::Fault(Fault::Keys(_))) => {
            Finding::problem("check-keys-unusable").with("error", error)
        }
        error => Finding::problem("check-database-unusable").with("error", error),
    })
}

/// What the database and its keys tell.
async fn services_of(services: &Services, now: Time) -> Vec<Finding> {
    vec![
        writable(services).await,
        keys(&services.keys.list().await, now),
        clock_of(services, now).await,
        administrators(services).await,
    ]
}

async fn writable(services: &Services) -> Finding {
    match services.monitoring.check_writable().await {
        Ok(()) => Finding::ok("check-database-ok"),
        Err(fault) => Finding::problem("check-database-read-only").with("error", fault),
    }
}

fn keys(keys: &Result<Vec<KeyRecord>, Fault>, now: Time) -> Finding {
    let keys = match keys {
        Ok(keys) => keys,
        Err(fault) => return Finding::problem("check-database-unusable").with("error", fault),
    };
    let active = keys.iter().filter(|key| key.state == KeyState::Active);
    let days = active.map(|key| (now - key.created_at).num_days()).max().unwrap_or_default();
    if days > MAX_KEY_AGE.num_days() {
        Finding::warning("check-keys-old").with("days", days)
    } else {
        Finding::ok("check-keys-ok").with("days", days)
    }
}

async fn clock_of(services: &Services, now: Time) -> Finding {
    let difference = match services.monitoring.clock_difference().await {
        Ok(difference) => difference.unwrap_or_default(),
        Err(fault) => return Finding::problem("check-database-unusable").with("error", fault),
    };
    // A key from the future: the clock was set back, or was wrong when it was created.
    let created = services.keys.list().await.unwrap_or_default();
    let ahead = created.iter().map(|key| key.created_at - now).max().unwrap_or_default();
    if difference.abs() > LEEWAY {
        Finding::problem("check-clock-differs").with("seconds", difference.num_seconds())
    } else if ahead > LEEWAY {
        Finding::problem("check-clock-behind").with("seconds", ahead.num_seconds())
    } else {
        Finding::ok("check-clock-ok")
    }
}

async fn administrators(services: &Services) -> Finding {
    match services.administration.overview().await {
        Err(fault) => Finding::problem("check-database-unusable").with("error", fault),
        Ok(overview) if overview.administrators == 0 => {
            Finding::warning("check-administrator-missing")
        }
        Ok(overview) => {
            Finding::ok("check-administrators-ok").with("count", overview.administrators)
        }
    }
}

fn setting(warning: &String) -> Finding {
    Finding::warning("check-setting").with("warning", warning)
}

/// Where people go, and where the server listens.
fn address(config: &Config, port: u16) -> Finding {
    let base_url = config.base_url.as_str();
    match config.base_url.loopback_port() {
        Some(public) if public != port && !config.base_url.is_https() => {
            Finding::warning("check-address-differs").with("url", base_url).with("port", port)
        }
        _ => Finding::ok("check-address-ok").with("url", base_url).with("port", port),
    }
}

/// An https address without TLS of our own means a proxy.
fn proxies(config: &Config) -> Finding {
    if config.base_url.loopback_port().is_none() && config.trusted_proxies.are_none() {
        Finding::warning("check-proxies-missing").with("url", config.base_url.as_str())
    } else {
        Finding::ok("check-proxies-ok")
    }
}

/// Nobody else may read the data directory, the secret or the database.
fn data_dir(config: &Config) -> Finding {
    let mut paths = vec![config.data_dir.clone(), config.secret_file()];
    if let DatabaseUrl::Sqlite(database) = &config.database {
        paths.push(database.clone());
    }
    for path in paths {
        let path_of = |message| Finding::problem(message).with("path", path.display());
        match path.metadata() {
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                return path_of("check-mode-open");
            }
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound && path != config.data_dir => {}
            Err(error) => return path_of("check-path-unreadable").with("error", error),
        }
    }
    Finding::ok("check-modes-ok").with("path", config.data_dir.display())
}

fn backup(stamp: &Path, now: Time) -> Finding {
    let text = match std::fs::read_to_string(stamp) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => {
            return Finding::problem("check-path-unreadable")
                .with("path", stamp.display())
                .with("error", error);
        }
    };
    if text.trim().is_empty() {
        return Finding::warning("check-backup-never");
    }
    match text.trim().parse::<Time>() {
        Err(_) => Finding::problem("check-backup-unknown").with("path", stamp.display()),
        Ok(at) if now - at > MAX_BACKUP_AGE => {
            Finding::problem("check-backup-old").with("days", (now - at).num_days())
        }
        Ok(at) => Finding::ok("check-backup-ok").with("hours", (now - at).num_hours()),
    }
}

impl Finding {
    fn ok(message: &'static str) -> Self {
        Self { state: State::Ok, message, arguments: Vec::new() }
    }

    fn warning(message: &'static str) -> Self {
        Self { state: State::Warning, message, arguments: Vec::new() }
    }

    fn problem(message: &'static str) -> Self {
        Self { state: State::Problem, message, arguments: Vec::new() }
    }

    fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.arguments.push((name, value.to_string()));
        self
    }
}
