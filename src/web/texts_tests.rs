//! Checks messages against the places that use them.

use crate::domain::account::Role;
use crate::domain::email::EmailError;
use crate::domain::name::NameError;
use crate::domain::password::PasswordError;
use crate::domain::session::EndReason;
use crate::files::Files;
use crate::texts::{Texts, key};
use crate::web::errors::code::Code;
use crate::web::errors::page::STATUSES;
use crate::web::notice::Notice;
use crate::web::texts::of_code;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use strum::VariantArray;

/// The keys that the program computes.
fn computed() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    keys.extend(Code::VARIANTS.iter().map(|code| code.message_key()));
    keys.extend(EndReason::VARIANTS.iter().map(|reason| key("ended", reason.into_str())));
    keys.extend(Notice::VARIANTS.iter().map(|notice| notice.message_key()));
    keys.extend(Role::VARIANTS.iter().map(|role| key("profile-role", role.into_str())));
    keys.extend(EmailError::VARIANTS.iter().map(|error| of_code(error.into_str())));
    keys.extend(NameError::VARIANTS.iter().map(|error| of_code(error.into_str())));
    keys.extend(PasswordError::VARIANTS.iter().map(|error| of_code(error.into_str())));
    for status in STATUSES {
        keys.extend([format!("error-{status}-title"), format!("error-{status}-text")]);
    }
    keys
}

/// Every string literal of the program, without its tests.
fn literals() -> BTreeSet<String> {
    let sources = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    // The names of settings are no keys.
    let without_keys = ["tests.rs", "config/parse.rs", "config/values.rs"];
    let has_keys =
        |path: &&PathBuf| !without_keys.iter().any(|end| path.to_string_lossy().ends_with(end));
    let sources = sources.iter().filter(has_keys);
    let mut found = BTreeSet::new();
    for source in sources.map(|path| fs::read_to_string(path).unwrap()) {
        let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let literals = code.lines().flat_map(|line| line.split('"').skip(1).step_by(2));
        found.extend(literals.map(str::to_owned));
    }
    found
}

/// The literal keys in a template.
fn keys_in(template: &str) -> impl Iterator<Item = &str> {
    ["text(key=\"", " label=\"", " hint=\""]
        .into_iter()
        .flat_map(|argument| template.split(argument).skip(1))
        .filter_map(|rest| rest.split_once('"'))
        .filter(|(key, after)| !key.is_empty() && !after.starts_with(" ~"))
        .map(|(key, _)| key)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

fn templates() -> Vec<(String, String)> {
    let files = Files::built_in();
    let templates = files.below("templates/");
    templates.map(|(name, file)| (name.to_owned(), file.text().unwrap().to_owned())).collect()
}

#[test]
fn every_message_used_exists() {
    let english: BTreeSet<&str> = Texts::built_in().fallback().keys().collect();
    for key in computed() {
        assert!(english.contains(key.as_str()), "there is no message {key}");
    }
    let mut used = 0;
    for (name, source) in templates() {
        for key in keys_in(&source) {
            assert!(english.contains(key), "{name}: there is no message {key}");
            used += 1;
        }
    }
    let groups = ["cli-", "check-", "name_", "email_", "password_", "field_", "body_"];
    // A literal that ends like a prefix is one.
    let is_key = |text: &&String| {
        groups.iter().any(|group| text.starts_with(group)) && !text.ends_with(['_', '-'])
    };
    for literal in literals().iter().filter(is_key) {
        let key = literal.replace('_', "-");
        assert!(english.contains(key.as_str()), "there is no message {key}");
        used += 1;
    }
    assert!(used > 100, "the keys were not found");
}

#[test]
fn every_message_is_used() {
    let (computed, literals, templates) = (computed(), literals(), templates());
    let in_templates: BTreeSet<&str> =
        templates.iter().flat_map(|(_, source)| keys_in(source)).collect();
    for key in Texts::built_in().fallback().keys().filter(|key| !key.starts_with("format-")) {
        let is_used = computed.contains(key)
            || in_templates.contains(key)
            || literals.contains(key)
            || literals.contains(&key.replace('-', "_"));
        assert!(is_used, "nothing uses the message {key}: remove it");
    }
}

#[test]
fn every_language_has_every_message() {
    let english: BTreeSet<&str> = Texts::built_in().fallback().keys().collect();
    for language in Texts::built_in().languages() {
        let own: BTreeSet<&str> = language.keys().collect();
        assert_eq!(own, english, "the messages of {} differ from English", language.tag());
    }
}

#[test]
fn every_key_is_words_with_hyphens() {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    for key in Texts::built_in().fallback().keys() {
        assert!(key.split('-').all(is_word), "{key}");
    }
}

/// The text that remains of a template without its comments, expressions and HTML tags.
fn text_of(template: &str) -> String {
    let mut text = template.to_owned();
    for (begin, end) in [("{#", "#}"), ("{{", "}}"), ("{%", "%}"), ("<", ">")] {
        while let Some(from) = text.find(begin) {
            let to = text[from..].find(end).unwrap() + from + end.len();
            text.replace_range(from..to, " ");
        }
    }
    text
}

#[test]
fn templates_contain_no_text() {
    assert!(text_of("<p>{% if x %}Hello{% endif %}</p>").contains("Hello"));
    for (name, source) in templates() {
        let text = text_of(&source);
        assert!(!text.contains(char::is_alphabetic), "{name}: {}", text.trim());
        for attribute in ["aria-label", "title", "placeholder", "alt"] {
            for rest in source.split(&format!(" {attribute}=\"")).skip(1) {
                assert!(rest.starts_with("{{"), "{name}: {attribute} is not a message");
            }
        }
    }
}
