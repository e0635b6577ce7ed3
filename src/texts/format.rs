//! Formatting of dates and numbers. The patterns of a language are messages in `format.ftl`.

use crate::domain::Time;
use chrono::Locale;
use std::fmt::Write;

/// The formats of one language.
#[derive(Clone, Debug)]
pub struct Formats {
    /// For the names of months and days.
    locale: Locale,
    date: String,
    date_time: String,
    separator: String,
}

impl Default for Formats {
    fn default() -> Self {
        let iso = || "%Y-%m-%d".to_owned();
        Self { locale: Locale::POSIX, date: iso(), date_time: iso(), separator: String::new() }
    }
}

impl Formats {
    /// Reads the messages `format-…`; the error is the key of an invalid one.
    pub fn read(message: impl Fn(&str) -> String) -> Result<Self, &'static str> {
        let formats = Self {
            locale: message("format-locale").parse().map_err(|_| "format-locale")?,
            date: message("format-date"),
            date_time: message("format-date-time"),
            separator: message("format-number-separator"),
        };
        // With an invalid pattern, chrono's `to_string` panics.
        for (key, pattern) in
            [("format-date", &formats.date), ("format-date-time", &formats.date_time)]
        {
            formats.write(Time::UNIX_EPOCH, pattern).ok_or(key)?;
        }
        Ok(formats)
    }

    pub fn date(&self, time: Time) -> String {
        self.write(time, &self.date).unwrap_or_default()
    }

    pub fn date_time(&self, time: Time) -> String {
        self.write(time, &self.date_time).unwrap_or_default()
    }

    /// An integer with its digits in groups of three.
    pub fn number(&self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let mut grouped = String::from(if number < 0 { "-" } else { "" });
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push_str(&self.separator);
            }
            grouped.push(digit);
        }
        grouped
    }

    fn write(&self, time: Time, pattern: &str) -> Option<String> {
        let mut text = String::new();
        write!(text, "{}", time.format_localized(pattern, self.locale)).ok()?;
        Some(text)
    }
}
