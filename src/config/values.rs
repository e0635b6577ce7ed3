//! The settings as text, from `Rocket.toml` and the environment.

use super::errors::ConfigErrors;
use super::injected::is_injected;
use figment::Figment;
use figment::value::Value;
use std::collections::BTreeMap;

/// Every `VESTIBULE_*` name, without the prefix and in lower case.
pub(super) const NAMES: [&str; 21] = [
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
    "hsts_subdomains",
    "metrics_address",
    "template_dir",
    "max_sessions",
    "event_retention",
    "password_min_length",
    "drain",
];

/// `VESTIBULE_*` by name in lower case without the prefix, and `DATABASE_URL`. Values are trimmed
/// and never empty.
pub(super) struct Values {
    values: BTreeMap<String, String>,
    database_url: Option<String>,
}

impl Values {
    /// Environment variables take precedence. They are taken as they are: figment would read a
    /// secret of digits as a number.
    pub(super) fn collect(
        figment: &Figment,
        environment: impl Iterator<Item = (String, String)>,
        errors: &mut ConfigErrors,
    ) -> Self {
        let mut all = Self {
            values: BTreeMap::new(),
            database_url: figment
                .find_value("database_url")
                .ok()
                .and_then(|url| given(&text(&url))),
        };
        for (name, value) in table(figment, errors) {
            all.set(name, &text(&value));
        }
        for (name, value) in environment {
            if name == "DATABASE_URL" {
                all.database_url = given(&value).or(all.database_url);
            } else if let Some(name) = name.strip_prefix("VESTIBULE_").map(str::to_lowercase)
                && !is_injected(&name, value.trim())
            {
                all.set(name, &value);
            }
        }
        all.refuse_unknown(errors);
        all
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    pub(super) fn database_url(&self) -> Option<&str> {
        self.database_url.as_deref()
    }

    fn set(&mut self, name: String, value: &str) {
        if let Some(value) = given(value) {
            self.values.insert(name, value);
        }
    }

    fn refuse_unknown(&self, errors: &mut ConfigErrors) {
        for unknown in self.values.keys().filter(|name| !NAMES.contains(&name.as_str())) {
            let name = unknown.to_uppercase();
            errors.push(format!(
                "VESTIBULE_{name} is not a setting of this version: check its spelling or remove it"
            ));
        }
    }
}

/// `[default.vestibule]` of `Rocket.toml`.
fn table(figment: &Figment, errors: &mut ConfigErrors) -> BTreeMap<String, Value> {
    match figment.find_value("vestibule") {
        Ok(Value::Dict(_, table)) => table,
        Ok(_) => {
            errors.push("vestibule in Rocket.toml is not a table: write [default.vestibule]");
            BTreeMap::new()
        }
        Err(_) => BTreeMap::new(),
    }
}

/// A trimmed value; an empty one counts as unset, as templates of containers write it.
fn given(value: &str) -> Option<String> {
    Some(value.trim()).filter(|value| !value.is_empty()).map(str::to_owned)
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
