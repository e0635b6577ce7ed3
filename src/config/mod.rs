//! What the operator decided, read from `Rocket.toml` and the environment, checked before anything is started.

mod base_url;
mod database_url;
mod injected;
mod parse;
mod secret;

pub use base_url::BaseUrl;
pub use database_url::DatabaseUrl;
pub use secret::{SecretError, decode as decode_secret};

use crate::domain::Span;
use crate::domain::account::Registration;
use crate::domain::key::Algorithm;
use crate::domain::lifetimes::Lifetimes;
use crate::token::Secret;
use figment::Figment;
use figment::value::Value;
use injected::is_injected;
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

/// Below this a session may be renewed twice while one request is under way.
const SHORT_ACCESS: Span = Span::minutes(3);

const SHORT_ACCESS_WARNING: &str = "VESTIBULE_ACCESS_TTL is below 3m: on slow networks a request under way while the \
     session is refreshed twice may end it";
const PLAIN_HTTP_WARNING: &str = "ROCKET_ADDRESS lets other machines connect, but VESTIBULE_BASE_URL is http on this one: \
     passwords would cross the network in the clear. Set VESTIBULE_BASE_URL to the https address people use";

/// Every `VESTIBULE_*` name, without the prefix and in lower case.
const NAMES: [&str; 18] = [
    "data_dir",
    "base_url",
    "secret",
    "secret_file",
    "access_ttl",
    "idle_ttl",
    "session_ttl",
    "rotation_grace",
    "audience",
    "algorithm",
    "trusted_proxies",
    "rate_limits",
    "registration",
    "cors_origins",
    "metrics_address",
    "template_dir",
    "max_sessions",
    "event_retention",
];

const REGISTRATIONS: [(&str, Registration); 2] =
    [("open", Registration::Open), ("closed", Registration::Closed)];

/// A complete and sound configuration.
#[derive(Clone, Debug)]
pub struct Config {
    pub database: DatabaseUrl,
    pub data_dir: PathBuf,
    /// The base URL: issuer, origin checks, links.
    pub base_url: BaseUrl,
    /// Origins whose pages may use the API.
    pub cors_origins: Vec<BaseUrl>,
    /// The secret as given; none: it is made on first run in the data directory.
    pub secret: Option<Secret>,
    pub lifetimes: Lifetimes,
    pub audience: String,
    pub registration: Registration,
    /// Open sessions an account may have.
    pub max_sessions: i64,
    /// How long security events are kept.
    pub event_retention: Span,
    /// What access tokens are signed with.
    pub algorithm: Algorithm,
    /// Templates, locales and static files that replace the built-in ones.
    pub template_dir: Option<PathBuf>,
    /// Things to tell the operator that keep nothing from starting.
    pub warnings: Vec<&'static str>,
    /// Names that were set to something this version checks but does not yet act on.
    pub without_effect: Vec<&'static str>,
}

/// Everything that is wrong with a configuration, each with what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<String>);

impl Config {
    /// Reads the configuration from figment's `vestibule` table and `database_url`, over which `environment` goes.
    ///
    /// # Errors
    /// All problems at once.
    pub fn load(
        figment: &Figment,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigErrors> {
        let mut problems = ConfigErrors::default();
        let values = Values::collect(figment, environment, &mut problems);
        let port = figment.extract_inner::<u16>("port").unwrap_or(8000);
        let mut config = values.read(port, &mut problems);
        if config.lifetimes.access < SHORT_ACCESS {
            config.warnings.push(SHORT_ACCESS_WARNING);
        }
        let address = figment.extract_inner::<IpAddr>("address");
        if address.is_ok_and(|it| !it.is_loopback()) && !config.base_url.is_https() {
            config.warnings.push(PLAIN_HTTP_WARNING);
        }
        if problems.0.is_empty() { Ok(config) } else { Err(problems) }
    }

    /// Whether there is a database, but not the secret that was made with it: another one would open none of its keys.
    #[must_use]
    pub fn has_lost_its_secret(&self) -> bool {
        let DatabaseUrl::Sqlite(database) = &self.database else { return false };
        self.secret.is_none() && database.exists() && !self.secret_file().exists()
    }

    /// Where the secret is that was made on first run.
    #[must_use]
    pub fn secret_file(&self) -> PathBuf {
        self.data_dir.join("secret")
    }

    /// The secret that seals the signing keys; on first run it is made.
    ///
    /// # Errors
    /// `SecretProblem`.
    pub fn secret(&self) -> Result<Secret, SecretError> {
        match &self.secret {
            Some(secret) => Ok(secret.clone()),
            None => secret::read_or_make(&self.secret_file()),
        }
    }
}

/// The raw texts: `VESTIBULE_*` by name in lower case without the prefix, and `DATABASE_URL`.
struct Values {
    values: BTreeMap<String, String>,
    database: Option<String>,
}

impl Values {
    /// Environment values are taken as they are: figment would read a secret of digits as a number.
    fn collect(
        figment: &Figment,
        environment: impl Iterator<Item = (String, String)>,
        problems: &mut ConfigErrors,
    ) -> Self {
        let mut values = BTreeMap::new();
        match figment.find_value("vestibule") {
            Ok(Value::Dict(_, table)) => {
                values.extend(table.into_iter().map(|(key, value)| (key, text(&value))));
            }
            Ok(_) => problems.0.push(
                "vestibule in Rocket.toml is not a table: write [default.vestibule]".to_owned(),
            ),
            Err(_) => {}
        }
        let mut database = figment.find_value("database_url").ok().map(|url| text(&url));
        for (name, value) in environment {
            if name == "DATABASE_URL" {
                database = Some(value);
            } else if let Some(key) = name.strip_prefix("VESTIBULE_").map(str::to_lowercase)
                && !is_injected(&key, &value)
            {
                values.insert(key, value);
            }
        }
        // An empty value means unset.
        values.values_mut().for_each(|value| *value = value.trim().to_owned());
        values.retain(|_, value| !value.is_empty());
        let database = database.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
        for unknown in values.keys().filter(|key| !NAMES.contains(&key.as_str())) {
            let name = unknown.to_uppercase();
            problems.0.push(format!(
                "VESTIBULE_{name} is not a name this version knows: check its spelling or remove it"
            ));
        }
        Self { values, database }
    }

    fn read(&self, port: u16, problems: &mut ConfigErrors) -> Config {
        let data_dir = PathBuf::from(self.get("data_dir").unwrap_or("data"));
        let base_url = self.base_url(port, problems);
        Config {
            database: self.database(&data_dir, problems),
            cors_origins: self.cors_origins(problems),
            secret: self.secret(problems),
            lifetimes: self.lifetimes(problems),
            audience: self.get("audience").unwrap_or(base_url.as_str()).to_owned(),
            registration: self.one_of("registration", Registration::Open, &REGISTRATIONS, problems),
            max_sessions: self.max_sessions(problems),
            event_retention: self.span("event_retention", Span::days(365), problems),
            algorithm: self.algorithm(problems),
            template_dir: self.template_dir(problems),
            warnings: Vec::new(),
            without_effect: self.check_the_rest(problems),
            data_dir,
            base_url,
        }
    }

    /// Checks what a later version will act on.
    fn check_the_rest(&self, problems: &mut ConfigErrors) -> Vec<&'static str> {
        let limits = self.one_of("rate_limits", true, &[("on", true), ("off", false)], problems);
        let networks = self.get("trusted_proxies");
        parse::check_networks(networks, problems);
        let metrics = self.get("metrics_address");
        parse::check_address(metrics, problems);
        let set = [
            ("VESTIBULE_RATE_LIMITS", !limits),
            ("VESTIBULE_TRUSTED_PROXIES", networks.is_some()),
            ("VESTIBULE_METRICS_ADDRESS", metrics.is_some()),
        ];
        set.into_iter().filter_map(|(name, set)| set.then_some(name)).collect()
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(_, text) => text.clone(),
        Value::Array(_, values) => values.iter().map(text).collect::<Vec<_>>().join(","),
        Value::Num(_, number) => {
            number.to_u128().map_or_else(|| format!("{value:?}"), |n| n.to_string())
        }
        Value::Bool(_, flag) => if *flag { "on" } else { "off" }.to_owned(),
        other => format!("{other:?}"),
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "The configuration cannot be used; nothing was started.")?;
        self.0.iter().try_for_each(|problem| writeln!(f, "  - {problem}"))
    }
}

#[cfg(test)]
mod tests;
