//! What commands print on standard output.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use vestibule::domain::Time;

/// Whether something could not be written: the command then fails, whatever it did.
static INCOMPLETE: AtomicBool = AtomicBool::new(false);

/// Prints a line. A closed pipe is no failure: whoever closed it has read enough.
pub fn say(line: impl Display) {
    note(writeln!(io::stdout(), "{line}"));
}

/// Writes out what is buffered; whether everything has been written.
pub fn finish() -> bool {
    note(io::stdout().flush());
    !INCOMPLETE.load(Ordering::SeqCst)
}

fn note(written: io::Result<()>) {
    if written.is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) {
        INCOMPLETE.store(true, Ordering::SeqCst);
    }
}

/// Prints rows under their heading, each column as wide as it must be.
pub fn print_table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) {
    let mut widths = heading.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[&str]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        say(padded.collect::<Vec<_>>().join("  ").trim_end());
    };
    line(&heading);
    for row in rows {
        line(&row.each_ref().map(String::as_str));
    }
}

/// A time as operators read it.
pub fn at(time: Time) -> String {
    time.format("%Y-%m-%d %H:%M:%SZ").to_string()
}
