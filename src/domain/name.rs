//! The name a person goes by.

use super::text::is_deceptive;
use unicode_normalization::UnicodeNormalization;

/// Longest name in code points: room for full names of every tradition, short enough to show.
pub const LONGEST_NAME: usize = 100;

/// A name to show: NFC, 1 to 100 code points, runs of space folded to one, no control or reordering characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

/// Why a text is not a name to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    Missing,
    TooLong,
    Forbidden,
}

impl DisplayName {
    /// Reads a name as a person types it.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn parse(typed: &str) -> Result<Self, NameError> {
        let trimmed = typed.trim_matches(' ');
        if trimmed.chars().any(is_deceptive) {
            return Err(NameError::Forbidden);
        }
        let words: Vec<&str> = trimmed.split_whitespace().collect();
        let name: String = words.join(" ").nfc().collect();
        match name.chars().count() {
            0 => Err(NameError::Missing),
            1..=LONGEST_NAME => Ok(Self(name)),
            _ => Err(NameError::TooLong),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{DisplayName, NameError};

    #[test]
    fn names_of_all_kinds_are_kept_as_they_are() {
        for name in ["Ada Lovelace", "李小龍", "Jean-Luc d'Arc", "<b>Bob</b>", "{{ 7 * 7 }}", "👩‍🚀"]
        {
            assert_eq!(DisplayName::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(DisplayName::parse("  Ada   King ").unwrap().as_str(), "Ada King");
        assert_eq!(DisplayName::parse("e\u{301}").unwrap().as_str(), "\u{e9}");
    }

    #[test]
    fn empty_long_and_deceptive_names_are_told_apart() {
        assert_eq!(DisplayName::parse(" "), Err(NameError::Missing));
        assert_eq!(DisplayName::parse(&"a".repeat(101)), Err(NameError::TooLong));
        assert!(DisplayName::parse(&"a".repeat(100)).is_ok());
        for name in ["a\0b", "a\nb", "a\tb", "a\u{202e}b", "\u{feff}a", "a\u{2066}b"] {
            assert_eq!(DisplayName::parse(name), Err(NameError::Forbidden), "{name:?}");
        }
    }
}
