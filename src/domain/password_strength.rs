//! How many guesses a password takes, estimated by zxcvbn.

use super::password::{Password, PasswordError};
use zeroize::Zeroizing;
use zxcvbn::feedback::{Feedback, Warning};
use zxcvbn::matching::Match;
use zxcvbn::matching::patterns::MatchPattern;
use zxcvbn::{Score, zxcvbn};

/// How much of a password is judged. What follows cannot make it weaker, and the time grows with
/// the square of the length: up to 55 ms for 32 characters that may stand for letters, as in
/// `p4$$w0rd`, and 0.6 s for 100 (measured). Most take less than 1 ms.
const JUDGED_LENGTH: usize = 32;

/// Refuses a password of fewer than 10^8 guesses, given words that a guesser tries first. The reason
/// is that of its longest part.
pub fn check(password: &Password, words: &[String]) -> Result<(), PasswordError> {
    let judged = password.as_str().chars().take(JUDGED_LENGTH).collect();
    let judged: Zeroizing<String> = Zeroizing::new(judged);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let estimate = zxcvbn(&judged, &words);
    if estimate.score() >= Score::Three {
        return Ok(());
    }
    let longest = estimate.sequence().iter().max_by_key(|part| part.token.chars().count());
    if longest.is_some_and(|part| is_one_of(part, &words)) {
        return Err(PasswordError::Personal);
    }
    let warning = estimate.feedback().and_then(Feedback::warning);
    Err(match (warning, estimate.sequence()) {
        (Some(warning), _) => error(warning),
        (None, [part]) if matches!(part.pattern, MatchPattern::Dictionary(_)) => {
            PasswordError::Word
        }
        _ => PasswordError::Guessable,
    })
}

/// What a guesser tries of a text: all of it, both sides of an "@", and each of its words.
pub fn words(text: &str) -> Vec<String> {
    let halves = text.split('@');
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    [text].into_iter().chain(halves).chain(words).map(str::to_lowercase).collect()
}

fn is_one_of(part: &Match, words: &[&str]) -> bool {
    match &part.pattern {
        MatchPattern::Dictionary(found) => words.contains(&found.matched_word.as_str()),
        _ => false,
    }
}

fn error(warning: Warning) -> PasswordError {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess
        | Warning::ShortKeyboardPatternsAreEasyToGuess
        | Warning::RepeatsLikeAaaAreEasyToGuess
        | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess
        | Warning::SequencesLikeAbcAreEasyToGuess => PasswordError::Pattern,
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => PasswordError::Common,
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => {
            PasswordError::Date
        }
        Warning::AWordByItselfIsEasyToGuess
        | Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
        | Warning::CommonNamesAndSurnamesAreEasyToGuess => PasswordError::Word,
    }
}

#[cfg(test)]
mod tests {
    use super::{check, words};
    use crate::domain::password::{DEFAULT_MIN_LENGTH, Password, PasswordError};

    /// What becomes of a new password of Ada's.
    fn judge(typed: &str) -> Result<(), PasswordError> {
        let known = ["Ada Lovelace", "ada.king@example.org", "vestibule", "id.bakery.test"];
        let words: Vec<String> = known.into_iter().flat_map(words).collect();
        check(&Password::parse_new(typed, DEFAULT_MIN_LENGTH)?, &words)
    }

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        use PasswordError as Error;
        for (reason, passwords) in [
            (Error::Blank, &["        "] as &[&str]),
            (
                Error::Common,
                &[
                    "password",
                    "letmein12",
                    "summer2026",
                    "Summer2026!",
                    "P@ssw0rd2024!",
                    "schokolade",
                ],
            ),
            (
                Error::Personal,
                &[
                    "ada.king@example.org",
                    "ada.king",
                    "Ada Lovelace",
                    "adalovelace",
                    "lovelace1815",
                    "L0velace1",
                    "ecalevol1",
                    "example.org1",
                    "vestibule1",
                    "Vestibule!",
                    "id.bakery.test1",
                ],
            ),
            (
                Error::Pattern,
                &["aaaaaaaaaaaa", "abcabcabcabc", "abcdefghijkl", "tyuiop[]", "asdfghjkl;'#"],
            ),
            (Error::Date, &["12.11.1987", "1987-11-12"]),
            (Error::Word, &["misunderstanding", "Featherstone"]),
            (Error::Guessable, &["xkqv7rmt", "correcthorse"]),
        ] {
            for password in passwords {
                assert_eq!(judge(password), Err(reason), "{password}");
            }
        }
    }

    #[test]
    fn the_first_32_characters_are_judged() {
        let strong = "hxP3-9dKq-w2Lm";
        assert_eq!(judge(&format!("{}{strong}", "a".repeat(32))), Err(PasswordError::Pattern));
        assert_eq!(judge(&format!("{}{strong}", "a".repeat(18))), Ok(()));
    }

    #[test]
    fn passphrases_and_generated_passwords_are_accepted() {
        for password in [
            "three unrelated words",
            "correct horse battery staple",
            "purple-otter-canyon",
            "korrekt pferd batterie",
            "мой кот любит сметану",
            "猫は毎朝ベランダで鳴く",
            "my dog rex hates mondays",
            "Ada likes marmalade and rain",
            "hxP3-9dKq-w2Lm",
            "bodzus-nikgo2-Rapqix",
            "vT8#mQ!x2Lz@",
            "9f8a7b6c5d4e3f21",
            "6vXq0cYJr2Zk",
            "👩‍🚀🪐🛰️🌌☄️🔭",
        ] {
            assert_eq!(judge(password), Ok(()), "{password}");
        }
    }

    #[test]
    fn the_words_of_text_are_it_its_halves_and_its_parts() {
        let found = words("Ada.King@example.org");
        let expected =
            ["ada.king@example.org", "ada.king", "example.org", "ada", "king", "example", "org"];
        assert_eq!(found, expected);
    }
}
