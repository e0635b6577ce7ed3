//! One value at a time: from text to a checked value, or a problem that says what to do.

use super::{BaseUrl, ConfigErrors, Values};
use crate::config::DatabaseUrl;
use crate::domain::Span;
use crate::domain::key::Algorithm;
use crate::domain::lifetimes::Lifetimes;
use crate::token::Secret;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use strum::VariantArray;

/// Open sessions an account may have: more than anybody's devices, few enough for one page.
const DEFAULT_MAX_SESSIONS: i64 = 100;
/// The windows in which a superseded refresh token is not taken for theft are multiples of the grace
/// time (docs/decisions/0001-rotation.md).
const MAX_GRACE: Span = Span::minutes(2);
const MAX_MAX_SESSIONS: i64 = 10_000;

impl Values {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// A value out of a few.
    pub(super) fn one_of<T: Copy>(
        &self,
        name: &str,
        default: T,
        choices: &[(&str, T)],
        problems: &mut ConfigErrors,
    ) -> T {
        let Some(given) = self.get(name) else { return default };
        if let Some((_, value)) = choices.iter().find(|(text, _)| *text == given) {
            return *value;
        }
        let allowed: Vec<&str> = choices.iter().map(|(text, _)| *text).collect();
        let name = name.to_uppercase();
        problems
            .0
            .push(format!("VESTIBULE_{name} is {given:?}: use one of {}", allowed.join(", ")));
        default
    }

    pub(super) fn algorithm(&self, problems: &mut ConfigErrors) -> Algorithm {
        let choices: Vec<_> = Algorithm::VARIANTS
            .iter()
            .map(|algorithm| (algorithm.into_str(), *algorithm))
            .collect();
        self.one_of("algorithm", Algorithm::EdDsa, &choices, problems)
    }

    pub(super) fn base_url(&self, port: u16, problems: &mut ConfigErrors) -> BaseUrl {
        let default = BaseUrl::on_localhost(port);
        let Some(given) = self.get("base_url") else { return default };
        BaseUrl::parse(given).unwrap_or_else(|what| {
            problems.0.push(format!("VESTIBULE_BASE_URL is {given:?}: {what}"));
            default
        })
    }

    pub(super) fn cors_origins(&self, problems: &mut ConfigErrors) -> Vec<BaseUrl> {
        let mut origins = Vec::new();
        for text in items(self.get("cors_origins")) {
            match BaseUrl::parse(text) {
                Ok(origin) => origins.push(origin),
                Err(what) => {
                    problems.0.push(format!("VESTIBULE_CORS_ORIGINS holds {text:?}: {what}"));
                }
            }
        }
        origins
    }

    pub(super) fn database(&self, data_dir: &Path, problems: &mut ConfigErrors) -> DatabaseUrl {
        let default = DatabaseUrl::Sqlite(data_dir.join("vestibule.db"));
        let Some(given) = self.database.as_deref() else { return default };
        match given.split_once("://") {
            Some(("sqlite", path)) if is_file_name(path) => {
                DatabaseUrl::Sqlite(PathBuf::from(path))
            }
            Some(("postgres" | "postgresql", _)) => {
                problems.0.push(
                    "DATABASE_URL names PostgreSQL, which this version does not support yet: use sqlite://<file>"
                        .to_owned(),
                );
                default
            }
            _ => {
                problems.0.push(
                    "DATABASE_URL must be sqlite://<file>, for example sqlite:///srv/vestibule/vestibule.db".to_owned(),
                );
                default
            }
        }
    }

    pub(super) fn secret(&self, problems: &mut ConfigErrors) -> Option<Secret> {
        let (name, text) = match (self.get("secret"), self.get("secret_file")) {
            (None, None) => return None,
            (Some(_), Some(_)) => {
                problems.0.push(
                    "VESTIBULE_SECRET and VESTIBULE_SECRET_FILE are both set: keep one".to_owned(),
                );
                return None;
            }
            (Some(text), None) => ("VESTIBULE_SECRET".to_owned(), text.to_owned()),
            (None, Some(path)) => match std::fs::read_to_string(path) {
                Ok(text) => (format!("the secret in VESTIBULE_SECRET_FILE {path:?}"), text),
                Err(error) => {
                    problems
                        .0
                        .push(format!("VESTIBULE_SECRET_FILE {path:?} cannot be read ({error}): name a readable file"));
                    return None;
                }
            },
        };
        let secret = super::secret::decode(&text);
        if secret.is_none() {
            problems.0.push(format!(
                "{name} is not hex or base64 of at least 32 random bytes: make one with `openssl rand -hex 32`"
            ));
        }
        secret
    }

    pub(super) fn template_dir(&self, problems: &mut ConfigErrors) -> Option<PathBuf> {
        let folder = PathBuf::from(self.get("template_dir")?);
        if !folder.is_dir() {
            problems.0.push(format!(
                "VESTIBULE_TEMPLATE_DIR is {}: there is no such folder. Create it, or remove the setting",
                folder.display()
            ));
        }
        Some(folder)
    }

    pub(super) fn max_sessions(&self, problems: &mut ConfigErrors) -> i64 {
        let Some(given) = self.get("max_sessions") else { return DEFAULT_MAX_SESSIONS };
        let parsed = given.parse().ok().filter(|most| (1..=MAX_MAX_SESSIONS).contains(most));
        if parsed.is_none() {
            problems.0.push(format!(
                "VESTIBULE_MAX_SESSIONS is {given:?}: use a number from 1 to {MAX_MAX_SESSIONS}"
            ));
        }
        parsed.unwrap_or(DEFAULT_MAX_SESSIONS)
    }

    pub(super) fn lifetimes(&self, problems: &mut ConfigErrors) -> Lifetimes {
        let lifetimes = Lifetimes {
            access: self.span("access_ttl", Span::minutes(15), problems),
            idle: self.span("idle_ttl", Span::days(7), problems),
            absolute: self.span("session_ttl", Span::days(30), problems),
            grace: self.span("rotation_grace", Span::seconds(20), problems),
        };
        if lifetimes.grace > MAX_GRACE {
            problems.0.push(format!(
                "VESTIBULE_ROTATION_GRACE is above {}m: for that long a stolen refresh token would go unnoticed",
                MAX_GRACE.num_minutes()
            ));
        }
        if lifetimes.access >= lifetimes.idle || lifetimes.idle > lifetimes.absolute {
            problems.0.push(
                "the lifetimes do not fit together: VESTIBULE_ACCESS_TTL must be below VESTIBULE_IDLE_TTL, and that at most VESTIBULE_SESSION_TTL"
                    .to_owned(),
            );
        }
        lifetimes
    }

    pub(super) fn span(&self, name: &str, default: Span, problems: &mut ConfigErrors) -> Span {
        let Some(given) = self.get(name) else { return default };
        let parsed = parse_span(given);
        if parsed.is_none() {
            let name = name.to_uppercase();
            problems.0.push(format!(
                "VESTIBULE_{name} is {given:?}: use a number and a unit, such as 90s, 15m, 12h or 7d, at least 1s"
            ));
        }
        parsed.unwrap_or(default)
    }
}

/// SQLite takes some names for something other than a file; an in-memory database would be one for each connection.
fn is_file_name(path: &str) -> bool {
    !path.is_empty() && !path.starts_with(':') && !path.starts_with("file:") && !path.contains('?')
}

/// "90s", "15m", "12h", "7d"; from one second to ten years.
fn parse_span(text: &str) -> Option<Span> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let span = Span::try_seconds(number.parse::<i64>().ok()?.checked_mul(seconds)?)?;
    (Span::seconds(1)..=Span::days(3_650)).contains(&span).then_some(span)
}

pub(super) fn check_networks(list: Option<&str>, problems: &mut ConfigErrors) {
    for text in items(list) {
        if text.parse::<IpNet>().is_err() && text.parse::<IpAddr>().is_err() {
            problems.0.push(format!(
                "VESTIBULE_TRUSTED_PROXIES holds {text:?}: use networks such as 10.0.0.0/8, with commas between"
            ));
        }
    }
}

pub(super) fn check_address(text: Option<&str>, problems: &mut ConfigErrors) {
    if let Some(text) = text
        && text.parse::<SocketAddr>().is_err()
    {
        problems.0.push(format!(
            "VESTIBULE_METRICS_ADDRESS is {text:?}: use address:port, such as 127.0.0.1:9100"
        ));
    }
}

fn items(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.unwrap_or_default().split(',').map(str::trim).filter(|item| !item.is_empty())
}
