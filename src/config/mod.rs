//! The operator's settings, read from `Rocket.toml` and the environment and checked before anything
//! starts.

mod base_url;
mod database_url;
mod errors;
mod injected;
mod numbers;
mod parse;
mod postgres_url;
mod secret;
mod trusted_proxies;
mod values;

pub use base_url::BaseUrl;
pub use database_url::DatabaseUrl;
pub use errors::ConfigErrors;
pub use numbers::parse_duration;
pub use postgres_url::{Host, PostgresUrl, Tls};
pub use secret::{SecretError, decode as decode_secret};
pub use trusted_proxies::TrustedProxies;

use crate::domain::Span;
use crate::domain::account::Registration;
use crate::domain::key::Algorithm;
use crate::domain::lifetimes::Lifetimes;
use crate::token::Secret;
use figment::Figment;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use values::Values;

/// The shortest supported grace time. All times in which a late request is told from a stolen token
/// are multiples of it; below, a slow network may end a session.
const MIN_GRACE: Span = Span::seconds(20);

/// A complete and valid configuration.
#[derive(Clone, Debug)]
pub struct Config {
    pub database: DatabaseUrl,
    pub data_dir: PathBuf,
    /// Issuer, origin checks, links.
    pub base_url: BaseUrl,
    /// Origins whose pages may use the API.
    pub cors_origins: Vec<BaseUrl>,
    /// Whether browsers must use https for the subdomains of the base URL, too.
    pub hsts_subdomains: bool,
    /// The secret as given; without it, one is created on the first run in the data directory.
    pub secret: Option<Secret>,
    pub lifetimes: Lifetimes,
    /// `aud` of access tokens.
    pub audience: String,
    pub registration: Registration,
    /// Shortest new password in code points.
    pub password_min_length: usize,
    /// Open sessions an account may have.
    pub max_sessions: i64,
    /// Proxies whose forwarded headers are believed.
    pub trusted_proxies: TrustedProxies,
    /// Whether attempts are limited.
    pub rate_limits: bool,
    /// Where the metrics are served, if anywhere.
    pub metrics_address: Option<SocketAddr>,
    /// How long security events are kept.
    pub event_retention: Span,
    /// How long this process answers that it is not ready before it stops accepting.
    pub drain: Span,
    /// What access tokens are signed with.
    pub algorithm: Algorithm,
    /// Templates, locales and static files that replace the built-in ones.
    pub template_dir: Option<PathBuf>,
    /// What the operator should know, but what does not prevent the start.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads figment's `vestibule` table and `database_url`; `environment` takes precedence.
    pub fn load(
        figment: &Figment,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigErrors> {
        let mut errors = ConfigErrors::default();
        let values = Values::collect(figment, environment, &mut errors);
        let port = figment.extract_inner("port").unwrap_or(8000);
        let mut config = values.read(port, &mut errors);
        config.warn_of_short_grace();
        config.warn_of_plain_http(figment.extract_inner("address").ok());
        if errors.0.is_empty() { Ok(config) } else { Err(errors) }
    }

    /// Whether there is a database, but not the secret that was created with it: a new secret would
    /// open none of its keys.
    #[must_use]
    pub fn has_lost_its_secret(&self) -> bool {
        let DatabaseUrl::Sqlite(database) = &self.database else { return false };
        // A path that cannot be read is not known to be missing; opening it says why.
        let exists = |path: &Path| path.try_exists().unwrap_or(true);
        self.secret.is_none() && exists(database) && !exists(&self.secret_file())
    }

    /// Where the secret is created on the first run.
    #[must_use]
    pub fn secret_file(&self) -> PathBuf {
        self.data_dir.join("secret")
    }

    /// Where the passwords known from data breaches are, if the operator has imported any.
    #[must_use]
    pub fn breached_passwords_file(&self) -> PathBuf {
        self.data_dir.join("breached-passwords")
    }

    /// When the last backup was made, as text.
    #[must_use]
    pub fn last_backup_file(&self) -> PathBuf {
        self.data_dir.join("last-backup")
    }

    /// The secret that seals the signing keys; it is created on the first run.
    pub fn secret(&self) -> Result<Secret, SecretError> {
        match &self.secret {
            Some(secret) => Ok(secret.clone()),
            None => secret::read_or_create(&self.secret_file()),
        }
    }

    fn warn_of_short_grace(&mut self) {
        if self.lifetimes.grace < MIN_GRACE {
            self.warnings.push(
                "VESTIBULE_ROTATION_GRACE is below 20s: on a slow network, people may be signed out; set it to 20s or remove it"
                    .to_owned(),
            );
        }
    }

    /// Plain http is meant for browsers on this machine; on another address, others send their
    /// passwords in clear text.
    fn warn_of_plain_http(&mut self, address: Option<IpAddr>) {
        if let Some(address) = address
            && !address.is_loopback()
            && !self.base_url.is_https()
        {
            self.warnings.push(format!(
                "ROCKET_ADDRESS is {address} and VESTIBULE_BASE_URL is {}: passwords that come from other machines are sent in clear text. \
                 Set VESTIBULE_BASE_URL to the https address of the proxy in front, or ROCKET_ADDRESS to 127.0.0.1",
                self.base_url.as_str()
            ));
        }
    }
}

#[cfg(test)]
mod tests;
