//! Logging: readable on a terminal, JSON lines everywhere else.

use std::io::{self, IsTerminal};
use tracing::Level;

/// Starts the log of a server. A panic is one line of it.
pub fn start_for_server() {
    start(Level::INFO);
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "a request handler panicked")));
}

/// Starts the log of a command: on a terminal warnings alone, because the command prints what it
/// did; elsewhere its security events too, for whatever collects logs.
pub fn start_for_command() {
    start(if io::stderr().is_terminal() { Level::WARN } else { Level::INFO });
}

fn start(max: Level) {
    let builder = tracing_subscriber::fmt().with_writer(io::stderr).with_max_level(max);
    if io::stderr().is_terminal() {
        builder.init();
    } else {
        builder.json().flatten_event(true).with_span_list(false).init();
    }
}
