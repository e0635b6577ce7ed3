//! Numbers and durations.

use super::errors::ConfigErrors;
use super::values::Values;
use crate::domain::Span;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

impl Values {
    pub(super) fn number<T: FromStr + PartialOrd + Display>(
        &self,
        name: &str,
        default: T,
        allowed: &RangeInclusive<T>,
        errors: &mut ConfigErrors,
    ) -> T {
        let Some(given) = self.get(name) else { return default };
        let parsed = given.parse().ok().filter(|number| allowed.contains(number));
        if parsed.is_none() {
            let (name, least, most) = (name.to_uppercase(), allowed.start(), allowed.end());
            errors.push(format!(
                "VESTIBULE_{name} is {given:?}: use a number from {least} to {most}"
            ));
        }
        parsed.unwrap_or(default)
    }

    pub(super) fn duration(&self, name: &str, default: Span, errors: &mut ConfigErrors) -> Span {
        let Some(given) = self.get(name) else { return default };
        let parsed = parse_duration(given);
        if parsed.is_none() {
            let name = name.to_uppercase();
            errors.push(format!(
                "VESTIBULE_{name} is {given:?}: durations are a number and a unit, such as `90s`, `15m`, `12h` or `7d`, from 1s to 3650d"
            ));
        }
        parsed.unwrap_or(default)
    }
}

/// "90s", "15m", "12h", "7d"; from one second to ten years.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Span> {
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

#[cfg(test)]
mod tests {
    use crate::config::{Config, ConfigErrors};
    use figment::Figment;

    fn min_length(text: &str) -> Result<usize, ConfigErrors> {
        let set = ("VESTIBULE_PASSWORD_MIN_LENGTH".to_owned(), text.to_owned());
        Ok(Config::load(&Figment::new(), [set].into_iter())?.password_min_length)
    }

    #[test]
    fn a_number_must_be_one_and_within_its_bounds() {
        for allowed in [8, 15, 64] {
            assert_eq!(min_length(&allowed.to_string()), Ok(allowed));
        }
        for wrong in ["7", "65", "-1", "many", "8.5"] {
            let message = min_length(wrong).unwrap_err().to_string();
            assert!(message.contains("use a number from 8 to 64"), "{wrong}: {message}");
        }
    }
}
