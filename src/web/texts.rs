//! The message file: sentences for people that do not stand in a template. A second language is a second file.

use figment::Figment;
use figment::providers::{Format, Toml};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static ENGLISH: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let file = Figment::from(Toml::string(include_str!("../../templates/messages.en.toml")));
    // A file that cannot be read leaves every text missing, which the test below and the page samples tell.
    file.extract().unwrap_or_default()
});

/// The sentence with this key.
pub fn text(key: &str) -> Option<&'static str> {
    ENGLISH.get(key).map(String::as_str)
}

#[cfg(test)]
pub fn keys() -> impl Iterator<Item = &'static str> {
    ENGLISH.keys().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::{ENGLISH, text};

    #[test]
    fn the_message_file_can_be_read_and_every_key_is_one_word() {
        assert!(ENGLISH.len() > 20);
        assert!(ENGLISH.keys().all(|key| {
            key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        }));
        assert_eq!(text("no_such_key"), None);
    }
}
