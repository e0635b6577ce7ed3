//! Logging. The log of a server is readable on a terminal, and JSON lines everywhere else. A line that
//! cannot be written is lost, and nothing else: the default would panic.

use super::output::complain;
use std::io::{self, IsTerminal};
use tracing::Level;

/// Starts the log of a server. A panic is one line of it.
pub fn start_for_server() {
    let builder = tracing_subscriber::fmt().with_writer(io::stderr).log_internal_errors(false);
    if io::stderr().is_terminal() {
        builder.init();
    } else {
        builder.json().flatten_event(true).with_span_list(false).init();
    }
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "a request handler panicked")));
}

/// Says why a server does not start, in the form of its log.
pub fn not_started(error: &str) {
    if io::stderr().is_terminal() {
        complain(format!("Vestibule did not start: {error}."));
    } else {
        tracing::error!("Vestibule did not start: {error}.");
    }
}

/// Starts the log of a command: warnings, for the person who runs it. What it did is its output and
/// in the audit log.
pub fn start_for_command() {
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_max_level(Level::WARN)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        .without_time()
        .log_internal_errors(false)
        .init();
}
