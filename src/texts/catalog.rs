//! The messages of one language.

use super::format::Formats;
use crate::domain::Time;
use crate::files::{File, FileError, Files};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use unic_langid::LanguageIdentifier;

/// The fallback language, which has every message.
pub const FALLBACK: &str = "en";

/// A language with its messages. Cheap to clone.
#[derive(Clone, Default)]
pub struct Language(Arc<Catalog>);

struct Catalog {
    tag: String,
    bundle: FluentBundle<FluentResource>,
    keys: BTreeSet<String>,
    formats: Formats,
    password_min_length: i64,
    fallback: Option<Language>,
}

/// An argument of a message.
#[derive(Clone, Copy, Debug)]
pub enum Argument<'a> {
    Text(&'a str),
    /// `{ $name }` selects the plural; `{ $name-text }` is the formatted number.
    Number(i64),
}

/// Why a message cannot be formatted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("there is no message {0}")]
    Missing(String),
    #[error("the message {0} cannot be formatted: {1}")]
    Unformatted(String, String),
}

impl Language {
    pub(super) fn load(
        tag: &str,
        files: &Files,
        password_min_length: usize,
        fallback: Option<&Language>,
    ) -> Result<Self, FileError> {
        let folder = format!("locales/{tag}/");
        let id: LanguageIdentifier = tag.parse().map_err(|_| {
            FileError::new(&folder, "the folder is not named for a language, such as de or pt-BR")
        })?;
        let mut catalog = Catalog::new(tag, id, fallback.cloned());
        catalog.password_min_length = i64::try_from(password_min_length).unwrap_or(i64::MAX);
        let names = files.below(&folder).map(|(name, _)| format!("{folder}{name}"));
        for name in names.collect::<Vec<_>>() {
            if let Some(file) = files.built_in_file(&name) {
                catalog.add(file, false)?;
            }
            if let Some(file) = files.overlay_file(&name) {
                catalog.add(file, true)?;
            }
        }
        catalog.read_formats(files)?;
        Ok(Self(Arc::new(catalog)))
    }

    /// The tag for `lang` attributes, such as `en` (BCP 47).
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.0.tag
    }

    /// The message with this key, or the key itself if there is no such message.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        self.text_with(key, &[])
    }

    #[must_use]
    pub fn text_with(&self, key: &str, arguments: &[(&str, Argument<'_>)]) -> String {
        self.try_text(key, arguments).unwrap_or_else(|_| key.to_owned())
    }

    /// The message with this key; an error if it is missing or lacks an argument.
    pub fn try_text(
        &self,
        key: &str,
        arguments: &[(&str, Argument<'_>)],
    ) -> Result<String, TextError> {
        let bundle = &self.0.bundle;
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            let fallback = self.0.fallback.as_ref();
            let missing = || TextError::Missing(key.to_owned());
            return fallback.ok_or_else(missing)?.try_text(key, arguments);
        };
        let mut errors = Vec::new();
        let arguments = self.arguments(arguments);
        let text = bundle.format_pattern(pattern, Some(&arguments), &mut errors);
        match errors.first() {
            None => Ok(text.into_owned()),
            Some(error) => Err(TextError::Unformatted(key.to_owned(), error.to_string())),
        }
    }

    /// The keys of the messages in this language, without the fallback.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys.iter().map(String::as_str)
    }

    #[must_use]
    pub fn date(&self, time: Time) -> String {
        self.0.formats.date(time)
    }

    #[must_use]
    pub fn date_time(&self, time: Time) -> String {
        self.0.formats.date_time(time)
    }

    #[must_use]
    pub fn number(&self, number: i64) -> String {
        self.0.formats.number(number)
    }

    fn arguments<'a>(&self, given: &[(&'a str, Argument<'a>)]) -> FluentArgs<'a> {
        let mut arguments = FluentArgs::new();
        arguments.set("password-min-length", self.0.password_min_length);
        for (name, argument) in given {
            match argument {
                Argument::Text(text) => arguments.set(*name, *text),
                Argument::Number(number) => {
                    arguments.set(*name, *number);
                    arguments.set(format!("{name}-text"), self.number(*number));
                }
            }
        }
        arguments
    }
}

impl Catalog {
    fn new(tag: &str, id: LanguageIdentifier, fallback: Option<Language>) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Otherwise Fluent puts invisible marks around every argument.
        bundle.set_use_isolating(false);
        let (tag, keys, formats) = (tag.to_owned(), BTreeSet::new(), Formats::default());
        Self { tag, bundle, keys, formats, password_min_length: 0, fallback }
    }

    /// Adds a file. A file of the overlay replaces single messages, so it may contain only those.
    fn add(&mut self, file: &File, replaces: bool) -> Result<(), FileError> {
        let source = file.text()?;
        let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| {
            let (at, what) =
                errors.first().map_or((0, String::new()), |e| (e.pos.start, e.to_string()));
            // The parser often stops at the start of the next line.
            let line = source.get(..at).unwrap_or(source).trim_end().lines().count().max(1);
            FileError::new(&file.path, what).at(line)
        })?;
        let mut seen = BTreeSet::new();
        for (line, key) in definitions(source) {
            let wrong =
                |what: &str| Err(FileError::new(&file.path, format!("{key}: {what}")).at(line));
            if !seen.insert(key) || (!replaces && self.keys.contains(key)) {
                return wrong("the message is defined twice");
            }
            if !self.may_have(key, replaces) {
                return wrong("English has no message of this name");
            }
        }
        self.keys.extend(seen.into_iter().map(str::to_owned));
        self.bundle.add_resource_overriding(resource);
        Ok(())
    }

    fn may_have(&self, key: &str, replaces: bool) -> bool {
        match &self.fallback {
            Some(english) => english.0.keys.contains(key),
            None => !replaces || self.keys.contains(key),
        }
    }

    fn read_formats(&mut self, files: &Files) -> Result<(), FileError> {
        let own = |key: &str| {
            let pattern = self.bundle.get_message(key)?.value()?;
            Some(self.bundle.format_pattern(pattern, None, &mut Vec::new()).into_owned())
        };
        let inherited = |key: &str| self.fallback.as_ref().map(|english| english.text(key));
        let formats = Formats::read(|key| own(key).or_else(|| inherited(key)).unwrap_or_default());
        self.formats = formats.map_err(|key| {
            let name = format!("locales/{}/format.ftl", self.tag);
            let path = files.get(&name).map_or_else(|| name.into(), |file| file.path.clone());
            FileError::new(path, format!("{key} cannot be used: see locales/en/format.ftl"))
        })?;
        Ok(())
    }
}

/// The keys that a file defines, with their line numbers: only definitions begin a line with a
/// letter.
fn definitions(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = source.lines().enumerate();
    lines.filter_map(|(index, line)| {
        let (key, _) = line.split_once('=')?;
        let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic());
        is_key.then_some((index + 1, key.trim_end()))
    })
}

impl Default for Catalog {
    fn default() -> Self {
        Self::new(FALLBACK, LanguageIdentifier::default(), None)
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({})", self.0.tag)
    }
}

impl<'a> From<&'a str> for Argument<'a> {
    fn from(text: &'a str) -> Self {
        Argument::Text(text)
    }
}

impl From<i64> for Argument<'_> {
    fn from(number: i64) -> Self {
        Argument::Number(number)
    }
}
