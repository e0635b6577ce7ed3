//! Each setting: from text to a checked value, or an error that says what to do.

use super::values::Values;
use super::{BaseUrl, Config, ConfigErrors, DatabaseUrl, PostgresUrl, TrustedProxies};
use crate::domain::Span;
use crate::domain::account::Registration;
use crate::domain::key::Algorithm;
use crate::domain::lifetimes::Lifetimes;
use crate::domain::password;
use crate::token::Secret;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use strum::VariantArray;

const SWITCH: [(&str, bool); 2] = [("on", true), ("off", false)];
const REGISTRATIONS: [(&str, Registration); 2] =
    [("open", Registration::Open), ("closed", Registration::Closed)];
/// Longest rotation grace. A superseded token does not count as stolen within the grace time and six
/// more of it (docs/decisions/0003-rotation.md); no browser needs more than 7 minutes to try again.
const MAX_GRACE: Span = Span::seconds(60);
/// Open sessions an account may have: more than anybody's devices, few enough for one page.
const DEFAULT_MAX_SESSIONS: i64 = 100;
const MAX_SESSIONS: RangeInclusive<i64> = 1..=10_000;

impl Values {
    /// Reads every setting; one with an error gets its default.
    pub(super) fn read(&self, port: u16, errors: &mut ConfigErrors) -> Config {
        let data_dir = PathBuf::from(self.get("data_dir").unwrap_or("data"));
        let base_url = self.base_url(port, errors);
        Config {
            database: self.database(&data_dir, errors),
            cors_origins: self.cors_origins(errors),
            hsts_subdomains: self.one_of("hsts_subdomains", false, &SWITCH, errors),
            secret: self.secret(errors),
            lifetimes: self.lifetimes(errors),
            audience: self.get("audience").unwrap_or(base_url.as_str()).to_owned(),
            registration: self.one_of("registration", Registration::Open, &REGISTRATIONS, errors),
            password_min_length: self.number(
                "password_min_length",
                password::DEFAULT_MIN_LENGTH,
                &password::MIN_LENGTHS,
                errors,
            ),
            max_sessions: self.number("max_sessions", DEFAULT_MAX_SESSIONS, &MAX_SESSIONS, errors),
            trusted_proxies: self.trusted_proxies(errors),
            rate_limits: self.rate_limits(&base_url, errors),
            template_dir: self.template_dir(errors),
            metrics_address: self.metrics_address(errors),
            event_retention: self.duration("event_retention", Span::days(365), errors),
            drain: self.drain(errors),
            algorithm: self.algorithm(errors),
            warnings: Vec::new(),
            data_dir,
            base_url,
        }
    }

    /// Off is for load tests: on a public address it would invite guessing.
    fn rate_limits(&self, base_url: &BaseUrl, errors: &mut ConfigErrors) -> bool {
        let on = self.one_of("rate_limits", true, &SWITCH, errors);
        if !on && base_url.loopback_port().is_none() {
            errors.push(
                "VESTIBULE_RATE_LIMITS is off, which is for load tests on this machine: remove it, or set VESTIBULE_BASE_URL to a loopback address",
            );
        }
        on
    }

    fn drain(&self, errors: &mut ConfigErrors) -> Span {
        if self.get("drain") == Some("0s") {
            return Span::zero();
        }
        self.duration("drain", Span::zero(), errors)
    }

    fn metrics_address(&self, errors: &mut ConfigErrors) -> Option<SocketAddr> {
        let given = self.get("metrics_address")?;
        let address = given.parse().ok();
        if address.is_none() {
            errors.push(format!(
                "VESTIBULE_METRICS_ADDRESS is {given:?}: use address:port, such as 127.0.0.1:9100"
            ));
        }
        address
    }

    /// One of a few words.
    fn one_of<T: Copy>(
        &self,
        name: &str,
        default: T,
        choices: &[(&str, T)],
        errors: &mut ConfigErrors,
    ) -> T {
        let Some(given) = self.get(name) else { return default };
        if let Some((_, value)) = choices.iter().find(|(text, _)| *text == given) {
            return *value;
        }
        let allowed: Vec<&str> = choices.iter().map(|(text, _)| *text).collect();
        let name = name.to_uppercase();
        errors.push(format!("VESTIBULE_{name} is {given:?}: use one of {}", allowed.join(", ")));
        default
    }

    fn algorithm(&self, errors: &mut ConfigErrors) -> Algorithm {
        let choices: Vec<_> = Algorithm::VARIANTS
            .iter()
            .map(|algorithm| (algorithm.into_str(), *algorithm))
            .collect();
        self.one_of("algorithm", Algorithm::EdDsa, &choices, errors)
    }

    fn base_url(&self, port: u16, errors: &mut ConfigErrors) -> BaseUrl {
        let default = BaseUrl::on_localhost(port);
        let Some(given) = self.get("base_url") else { return default };
        BaseUrl::parse(given).unwrap_or_else(|error| {
            errors.push(format!("VESTIBULE_BASE_URL is {given:?}: {error}"));
            default
        })
    }

    fn cors_origins(&self, errors: &mut ConfigErrors) -> Vec<BaseUrl> {
        let mut origins = Vec::new();
        for text in items(self.get("cors_origins")) {
            match BaseUrl::parse(text) {
                Ok(origin) => origins.push(origin),
                Err(error) => {
                    errors.push(format!("VESTIBULE_CORS_ORIGINS contains {text:?}: {error}"));
                }
            }
        }
        origins
    }

    fn trusted_proxies(&self, errors: &mut ConfigErrors) -> TrustedProxies {
        TrustedProxies::parse(items(self.get("trusted_proxies"))).unwrap_or_else(|item| {
            errors.push(format!(
                "VESTIBULE_TRUSTED_PROXIES contains {item:?}: separate networks such as 10.0.0.0/8 by commas"
            ));
            TrustedProxies::default()
        })
    }

    fn database(&self, data_dir: &Path, errors: &mut ConfigErrors) -> DatabaseUrl {
        let default = DatabaseUrl::Sqlite(data_dir.join("vestibule.db"));
        let Some(given) = self.database_url() else { return default };
        match given.split_once("://") {
            Some(("sqlite", path)) if is_file_name(path) => {
                DatabaseUrl::Sqlite(PathBuf::from(path))
            }
            Some(("postgres" | "postgresql", url)) => {
                if self.get("secret").or(self.get("secret_file")).is_none() {
                    errors.push(
                        "with PostgreSQL, VESTIBULE_SECRET or VESTIBULE_SECRET_FILE must be set, the same for every server: \
                         create one with `openssl rand -hex 32`",
                    );
                }
                match PostgresUrl::parse(url) {
                    Ok(url) => DatabaseUrl::Postgres(url),
                    Err(error) => {
                        errors.push(format!("DATABASE_URL: {error}"));
                        default
                    }
                }
            }
            _ => {
                errors.push(
                    "DATABASE_URL must be sqlite://<file>, for example sqlite:///srv/vestibule/vestibule.db, \
                     or postgres://<user>@<host>/<database>"
                );
                default
            }
        }
    }

    fn secret(&self, errors: &mut ConfigErrors) -> Option<Secret> {
        let (name, text) = match (self.get("secret"), self.get("secret_file")) {
            (None, None) => return None,
            (Some(_), Some(_)) => {
                errors.push("VESTIBULE_SECRET and VESTIBULE_SECRET_FILE are both set: remove one");
                return None;
            }
            (Some(text), None) => ("VESTIBULE_SECRET".to_owned(), text.to_owned()),
            (None, Some(path)) => match std::fs::read_to_string(path) {
                Ok(text) => (format!("the secret in VESTIBULE_SECRET_FILE {path:?}"), text),
                Err(error) => {
                    errors.push(format!("VESTIBULE_SECRET_FILE {path:?} cannot be read ({error}): name a readable file"));
                    return None;
                }
            },
        };
        let secret = super::secret::decode(&text);
        if secret.is_none() {
            errors.push(format!(
                "{name} is not hex or base64 of at least 32 random bytes: create one with `openssl rand -hex 32`"
            ));
        }
        secret
    }

    fn template_dir(&self, errors: &mut ConfigErrors) -> Option<PathBuf> {
        let folder = PathBuf::from(self.get("template_dir")?);
        if !folder.is_dir() {
            let folder = folder.display();
            errors.push(format!("VESTIBULE_TEMPLATE_DIR is {folder}: there is no such folder"));
        }
        Some(folder)
    }

    fn lifetimes(&self, errors: &mut ConfigErrors) -> Lifetimes {
        let default = Lifetimes::DEFAULT;
        let lifetimes = Lifetimes {
            access: self.duration("access_ttl", default.access, errors),
            idle: self.duration("idle_ttl", default.idle, errors),
            absolute: self.duration("session_ttl", default.absolute, errors),
            grace: self.duration("rotation_grace", default.grace, errors),
        };
        if lifetimes.access >= lifetimes.idle || lifetimes.idle > lifetimes.absolute {
            errors.push(
                "VESTIBULE_ACCESS_TTL must be shorter than VESTIBULE_IDLE_TTL, and VESTIBULE_IDLE_TTL at most VESTIBULE_SESSION_TTL",
            );
        }
        if lifetimes.grace > MAX_GRACE {
            errors.push("VESTIBULE_ROTATION_GRACE is longer than 60s: a stolen token could be used for too long");
        }
        lifetimes
    }
}

/// SQLite does not read every name as a file; each connection would have an in-memory database of
/// its own.
fn is_file_name(path: &str) -> bool {
    !path.is_empty() && !path.starts_with(':') && !path.starts_with("file:") && !path.contains('?')
}

fn items(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.unwrap_or_default().split(',').map(str::trim).filter(|item| !item.is_empty())
}
