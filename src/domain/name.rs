//! The name of a user, as shown on pages.

use super::text;
use strum::{IntoStaticStr, VariantArray};
use unicode_normalization::UnicodeNormalization;

/// Longest name in code points: room for full names of every tradition, short enough to show.
pub const MAX_NAME_LENGTH: usize = 100;
/// Most marks on one letter: one more than Tibetan, Hebrew and Vietnamese need, too few to run over
/// neighbouring lines.
const MAX_MARKS: usize = 4;

/// A name to show: NFC, 1 to 100 code points, at least one of them visible, no control and no
/// hidden character (see [`text`]); runs of white space are folded to one space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

/// Why text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray, thiserror::Error)]
#[strum(serialize_all = "snake_case", prefix = "name_", const_into_str)]
#[error("name: {self:?}")]
pub enum NameError {
    Missing,
    TooLong,
    Forbidden,
}

impl DisplayName {
    /// Reads a name as typed; white space and invisible characters around it are dropped.
    pub fn parse(typed: &str) -> Result<Self, NameError> {
        let normal: String = typed.nfc().collect();
        let trimmed = text::trim(&normal);
        if trimmed.is_empty() {
            return Err(NameError::Missing);
        }
        // Before white space is folded: line ends are white space, too.
        if text::has_hidden(&trimmed) {
            return Err(NameError::Forbidden);
        }
        let name = trimmed.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.chars().count() > MAX_NAME_LENGTH {
            return Err(NameError::TooLong);
        }
        if text::most_marks(&name) > MAX_MARKS || !name.chars().any(text::is_visible) {
            return Err(NameError::Forbidden);
        }
        Ok(Self(name))
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
        let names = [
            "Ada Lovelace",
            "李小龍",
            "Jean-Luc d'Arc",
            "<b>Bob</b>",
            "{{ 7 * 7 }}",
            "👩‍🚀",
            "علی\u{200C}اکبر",
            "ශ්\u{200D}රී",
            "Nguyễn Thị Ánh",
            "葛\u{E0100}城",
            "Ọ̀ṣọ́",
        ];
        for name in names {
            assert_eq!(DisplayName::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(DisplayName::parse("  Ada \u{3000} King\u{a0}").unwrap().as_str(), "Ada King");
        assert_eq!(DisplayName::parse("e\u{301}").unwrap().as_str(), "\u{e9}");
        assert_eq!(DisplayName::parse("\u{feff}Ada\u{200b}").unwrap().as_str(), "Ada");
    }

    #[test]
    fn empty_long_and_hidden_names_are_told_apart() {
        let blanks = [
            "",
            " ",
            "\u{3164}",
            "\u{2800}",
            "\u{115F}",
            "\u{1160}",
            "\u{FFA0}",
            "\u{AD}",
            "\u{34F}",
            "\u{180E}",
            "\u{FE0F}",
            "\u{E0041}\u{E007F}",
            "\u{200D}",
            "\u{202E}",
        ];
        for name in blanks {
            assert_eq!(DisplayName::parse(name), Err(NameError::Missing), "{name:?}");
        }
        assert_eq!(DisplayName::parse(&"a".repeat(101)), Err(NameError::TooLong));
        assert!(DisplayName::parse(&"a".repeat(100)).is_ok());
        let forbidden = [
            "a\0b",
            "a\nb",
            "a\tb",
            "Ada\n",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{3164}b",
            "a\u{2800}b",
            "a\u{ad}b",
            "a\u{200d}b",
            "a\u{e0041}b",
            "\u{20dd}",
            "Z\u{334}\u{335}\u{336}\u{337}\u{338}",
        ];
        for name in forbidden {
            assert_eq!(DisplayName::parse(name), Err(NameError::Forbidden), "{name:?}");
        }
    }
}
