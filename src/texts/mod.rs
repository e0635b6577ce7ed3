//! Messages for people, by key and language: `locales/<language>/*.ftl` (Project Fluent).
//!
//! A new language is a new folder. Missing messages fall back to English.

mod catalog;
mod format;
mod negotiate;

use catalog::FALLBACK;
pub use catalog::{Argument, Language, TextError};

use crate::domain::password::DEFAULT_MIN_LENGTH;
use crate::files::{FileError, Files};
use std::collections::BTreeSet;
use std::sync::LazyLock;

static BUILT_IN: LazyLock<Texts> =
    LazyLock::new(|| Texts::load(&Files::built_in(), DEFAULT_MIN_LENGTH).unwrap_or_default());

/// All messages in all languages.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    fallback: Language,
    others: Vec<Language>,
}

impl Texts {
    /// The built-in messages, without the operator's overlay.
    #[must_use]
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Loads all languages. A syntax error, a repeated key, or a key that English does not have is
    /// an error. Every message may name the shortest new password, `$password-min-length`.
    pub fn load(files: &Files, password_min_length: usize) -> Result<Self, FileError> {
        let fallback = Language::load(FALLBACK, files, password_min_length, None)?;
        let folders = files.below("locales/").filter_map(|(name, _)| Some(name.split_once('/')?.0));
        let folders: BTreeSet<&str> = folders.filter(|folder| *folder != FALLBACK).collect();
        let others = folders
            .into_iter()
            .map(|tag| Language::load(tag, files, password_min_length, Some(&fallback)));
        Ok(Self { others: others.collect::<Result<_, _>>()?, fallback })
    }

    /// The fallback language.
    #[must_use]
    pub fn fallback(&self) -> &Language {
        &self.fallback
    }

    pub fn languages(&self) -> impl Iterator<Item = &Language> {
        std::iter::once(&self.fallback).chain(&self.others)
    }

    /// The best language for an `Accept-Language` header (RFC 9110 section 12.5.4).
    #[must_use]
    pub fn negotiate(&self, accept_language: Option<&str>) -> &Language {
        if self.others.is_empty() {
            return &self.fallback;
        }
        let tags: Vec<&str> = self.languages().map(Language::tag).collect();
        accept_language
            .and_then(|header| negotiate::best(header, &tags))
            .and_then(|best| self.languages().find(|language| language.tag() == best))
            .unwrap_or(&self.fallback)
    }
}

/// The key of a code within a group of messages: `("ended", "signed_out")` is `ended-signed-out`.
#[must_use]
pub fn key(group: &str, code: &str) -> String {
    format!("{group}-{}", code.replace('_', "-"))
}

#[cfg(test)]
mod tests;
