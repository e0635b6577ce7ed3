//! What a command prints: sentences from `locales`, and tables.

use super::Done;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use vestibule::domain::Time;
use vestibule::texts::{Argument, Texts};

/// A sentence, filled in with text.
pub fn text(key: &str, arguments: &[(&str, &str)]) -> String {
    let arguments: Vec<_> =
        arguments.iter().map(|(name, value)| (*name, Argument::Text(value))).collect();
    Texts::built_in().fallback().text_with(key, &arguments)
}

/// A sentence whose plural depends on a number.
pub fn text_with_number(key: &str, name: &str, number: usize) -> String {
    let number = Argument::Number(i64::try_from(number).unwrap_or(i64::MAX));
    Texts::built_in().fallback().text_with(key, &[(name, number)])
}

/// Prints a sentence.
pub fn say(key: &str, arguments: &[(&str, &str)]) -> Done {
    print(text(key, arguments))
}

/// Prints a line. A reader that closes the pipe has read enough; that is no failure.
pub fn print(line: impl Display) -> Done {
    print_if_open(line).map(drop)
}

/// Prints a line; false if the reader has closed the pipe.
pub fn print_if_open(line: impl Display) -> Result<bool, String> {
    match writeln!(io::stdout(), "{line}") {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(text("cli-output-failed", &[("error", &error.to_string())])),
    }
}

/// Prints rows under their headings, which are keys of messages; each column is as wide as its
/// widest cell.
pub fn print_table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> Done {
    let headings = headings.map(|key| text(key, &[]));
    let mut widths = [0; N];
    for row in std::iter::once(&headings).chain(rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for row in std::iter::once(&headings).chain(rows) {
        let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        print(padded.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

/// A time in UTC; the same in every language, because scripts read it too.
pub fn at(time: Time) -> String {
    time.format("%Y-%m-%d %H:%M:%SZ").to_string()
}
