//! Rocket's part of the environment: `ROCKET_*`. As for our own names, values are trimmed, and an
//! empty one means unset.

use rocket::figment::providers::Env;
use rocket::figment::util::nest;
use rocket::figment::value::{Dict, Map, Value};
use rocket::figment::{Error, Figment, Metadata, Profile, Provider};

/// Adds the variables to a configuration, for all profiles.
pub fn with_variables(figment: Figment) -> Figment {
    let variables = Env::prefixed("ROCKET_").ignore(&["PROFILE", "CONFIG"]);
    variables.iter().fold(figment, |figment, (name, text)| match text.trim() {
        "" => figment,
        text => {
            let Ok(value) = text.parse();
            let (source, name) = (variables.metadata(), name.into_string());
            figment.merge(Variable { source, name, value })
        }
    })
}

/// The value of a variable.
pub fn variable(name: &str) -> Option<String> {
    let value = Env::var(name)?.trim().to_owned();
    Some(value).filter(|value| !value.is_empty())
}

struct Variable {
    source: Metadata,
    name: String,
    value: Value,
}

impl Provider for Variable {
    fn metadata(&self) -> Metadata {
        self.source.clone()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let values = nest(&self.name, self.value.clone()).into_dict().unwrap_or_default();
        Ok(Profile::Global.collect(values))
    }
}
