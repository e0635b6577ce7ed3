//! Passwords, and what we ask of a new one.

use super::text;
use std::collections::HashSet;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::LazyLock;
use strum::{IntoStaticStr, VariantArray};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Shortest new password in code points, unless the operator sets another.
///
/// NIST SP 800-63B-4 section 3.1.1.2 asks for 15 where a password is the only factor, and for 8
/// beside a second one. The default is 8 because the other checks of a new password weigh more: few
/// 8 characters pass the estimate of [`super::password_strength`], and sign-in attempts are counted.
/// Operators who follow NIST to the letter set 15.
pub const DEFAULT_MIN_LENGTH: usize = 8;
/// What operators may set: from NIST's lower bound to the 64 code points that it wants to be
/// possible.
pub const MIN_LENGTHS: RangeInclusive<usize> = 8..=64;
/// Longest password in code points: a bound on the work before hashing, far above any passphrase.
pub const MAX_LENGTH: usize = 256;

/// A password as typed: NFC (RFC 8265 section 4.2), 1 to 256 code points, otherwise neither changed
/// nor cut. Space and invisible characters are part of it: nobody sees a password, so they deceive
/// nobody.
///
/// It has no `Display`, is hidden from `Debug` and wiped when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// A password hash in PHC string form; hidden from `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// Why text cannot be a password, or not a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray, thiserror::Error)]
#[strum(serialize_all = "snake_case", prefix = "password_", const_into_str)]
#[error("password: {self:?}")]
pub enum PasswordError {
    Missing,
    TooShort,
    TooLong,
    Forbidden,
    /// No visible character.
    Blank,
    /// On a list of common passwords, or similar to one.
    Common,
    /// Made of the name, the email address or the name of the site.
    Personal,
    /// Repeated characters, sequences, or neighbours on a keyboard.
    Pattern,
    Date,
    /// One word or name.
    Word,
    /// Too few guesses for another reason.
    Guessable,
    /// Probably known from a data breach.
    Breached,
}

impl Password {
    /// Reads a password to check; the rules for new ones do not apply, so that tightening them
    /// locks nobody out. Only a NUL character is refused: C programs take it for the end of the
    /// text.
    pub fn parse(typed: &str) -> Result<Self, PasswordError> {
        // A code point is 4 bytes at most; this keeps normalisation off megabytes.
        if typed.len() > 4 * MAX_LENGTH {
            return Err(PasswordError::TooLong);
        }
        let normal = Zeroizing::new(typed.nfc().collect::<String>());
        match normal.chars().count() {
            0 => Err(PasswordError::Missing),
            n if n > MAX_LENGTH => Err(PasswordError::TooLong),
            _ if normal.contains('\0') => Err(PasswordError::Forbidden),
            _ => Ok(Self(normal)),
        }
    }

    /// Reads a new password, as far as that takes no account and no time. Control characters are
    /// refused, as RFC 8265 section 4.2 demands: browsers remove line ends from a password field, so
    /// a password that contains one could never be typed into a page.
    pub fn parse_new(typed: &str, min_length: usize) -> Result<Self, PasswordError> {
        let password = Self::parse(typed)?;
        if password.0.chars().any(char::is_control) {
            return Err(PasswordError::Forbidden);
        }
        if !password.0.chars().any(text::is_visible) {
            return Err(PasswordError::Blank);
        }
        if password.0.chars().count() < min_length {
            return Err(PasswordError::TooShort);
        }
        if COMMON.contains(Zeroizing::new(password.0.to_lowercase()).as_str()) {
            return Err(PasswordError::Common);
        }
        Ok(password)
    }

    /// Whether both are the same. Not in constant time: both were typed by the same user.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes to hash.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl PasswordHash {
    #[must_use]
    pub fn from_phc(phc: String) -> Self {
        Self(phc)
    }

    #[must_use]
    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(hidden)")
    }
}

/// The passwords of at least 8 characters among the 20,000 most common ones (list by Royce
/// Williams, as shipped with Django), in lower case. Shorter ones are refused for their length.
/// zxcvbn takes 323 of them for strong, most of them words of other languages than English.
static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("common-passwords.txt").lines().collect());

#[cfg(test)]
mod tests {
    use super::{COMMON, DEFAULT_MIN_LENGTH, MIN_LENGTHS, Password, PasswordError};

    fn parse_new(typed: &str) -> Result<Password, PasswordError> {
        Password::parse_new(typed, DEFAULT_MIN_LENGTH)
    }

    #[test]
    fn normal_forms_of_one_password_are_one() {
        let composed = Password::parse("caf\u{e9} au lait").unwrap();
        let decomposed = Password::parse("cafe\u{301} au lait").unwrap();
        assert_eq!(composed.expose(), decomposed.expose());
    }

    #[test]
    fn white_space_and_case_are_kept() {
        assert_eq!(Password::parse("  Correct Horse  ").unwrap().expose(), b"  Correct Horse  ");
    }

    #[test]
    fn invisible_characters_are_kept_and_count() {
        let typed = "\u{200d}\u{ad}\u{202e}\u{3164} \u{feff}\u{2800}👩‍🚀";
        assert_eq!(parse_new(typed).unwrap().expose(), typed.as_bytes());
    }

    #[test]
    fn a_new_password_has_8_to_256_code_points_and_is_not_common() {
        let problem = |typed: &str| parse_new(typed).err();
        assert_eq!(problem(""), Some(PasswordError::Missing));
        assert_eq!(problem("1234567"), Some(PasswordError::TooShort));
        assert_eq!(problem("üüüüüüü"), Some(PasswordError::TooShort));
        assert_eq!(problem(&"é".repeat(256)), None);
        assert_eq!(problem(&"x".repeat(257)), Some(PasswordError::TooLong));
        assert_eq!(problem(&"x".repeat(1_000_000)), Some(PasswordError::TooLong));
        for control in
            ["null\0in the middle", "a tab\tin the middle", "a line end\r\n", "escape\u{1b}[0m"]
        {
            assert_eq!(problem(control), Some(PasswordError::Forbidden), "{control:?}");
        }
        for common in ["password", "PASSWORD", "iloveyou", "12345678"] {
            assert_eq!(problem(common), Some(PasswordError::Common), "{common}");
        }
        assert_eq!(problem("correct horse battery"), None);
    }

    #[test]
    fn the_shortest_length_is_counted_after_normalisation() {
        let problem = |typed: &str, min| Password::parse_new(typed, min).err();
        assert_eq!(problem("correct horse", 14), Some(PasswordError::TooShort));
        assert_eq!(problem("correct horses", 14), None);
        assert_eq!(problem(&"e\u{301}".repeat(7), 8), Some(PasswordError::TooShort));
        assert!(MIN_LENGTHS.contains(&DEFAULT_MIN_LENGTH));
    }

    #[test]
    fn a_password_of_which_nothing_is_visible_is_blank_however_long() {
        for blank in ["        ", "\u{3164}\u{2800}\u{200d}\u{a0}\u{3000}\u{ad} \u{feff}\u{202e}"] {
            assert_eq!(parse_new(blank).err(), Some(PasswordError::Blank), "{blank:?}");
        }
    }

    #[test]
    fn an_old_password_need_not_meet_the_rules_for_new_ones() {
        for old in ["short", "password", "with a\ttab"] {
            assert!(Password::parse(old).is_ok(), "{old:?}");
        }
        assert_eq!(Password::parse("null\0").err(), Some(PasswordError::Forbidden));
    }

    #[test]
    fn debug_hides_the_password() {
        assert_eq!(format!("{:?}", Password::parse("correct horse").unwrap()), "Password(hidden)");
    }

    #[test]
    fn the_list_is_lower_case_and_long_enough_to_matter() {
        assert!(COMMON.len() > 5_000);
        assert!(
            COMMON
                .iter()
                .all(|p| p.chars().count() >= DEFAULT_MIN_LENGTH && **p == p.to_lowercase())
        );
    }
}
