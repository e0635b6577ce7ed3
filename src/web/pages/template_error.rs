//! Finds the file and line of an error in a template or a message.

use crate::files::{File, FileError, Files};
use rocket_dyn_templates::tera;
use std::error::Error;

/// An error with all of its causes.
pub fn message(error: &tera::Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        message = format!("{message}: {error}");
        source = error.source();
    }
    message
}

/// Tera reports lines only for syntax errors. For other errors it reports a name, which is searched
/// for.
pub fn locate(error: &tera::Error, files: &Files) -> FileError {
    let message = message(error);
    let what = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let found = || possible_names(&message).find_map(|name| find_in_overlay(name, files));
    match (syntax_line(&message), first_named_template(&message, files)) {
        (Some(line), Some(file)) => FileError::new(&file.path, what).at(line),
        (_, file) => match (found(), file) {
            (Some((file, line)), _) => FileError::new(&file.path, what).at(line),
            (None, Some(file)) => FileError::new(&file.path, what),
            (None, None) => FileError::new("templates", what),
        },
    }
}

/// From ` --> 3:5`.
fn syntax_line(message: &str) -> Option<usize> {
    message.split_once("--> ")?.1.split(':').next()?.parse().ok()
}

/// The first template that the message names.
fn first_named_template<'f>(message: &str, files: &'f Files) -> Option<&'f File> {
    let mut quoted = message.split(['\'', '`']);
    quoted.find_map(|name| files.get(&format!("templates/{name}.html.tera")))
}

/// Words that may be the name of a variable, a message or a file.
fn possible_names(message: &str) -> impl Iterator<Item = &str> {
    let words = message.split_whitespace();
    words.filter_map(|word| {
        let name = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_name = word.starts_with('`') || name.contains(['-', '_', '.']);
        (is_name && !name.is_empty()).then_some(name)
    })
}

/// The first place of a name in the operator's files: the tests have checked the built-in ones.
fn find_in_overlay<'f>(name: &str, files: &'f Files) -> Option<(&'f File, usize)> {
    files.overlays().find_map(|file| {
        let index = file.text().ok()?.lines().position(|line| line.contains(name))?;
        Some((file, index + 1))
    })
}
