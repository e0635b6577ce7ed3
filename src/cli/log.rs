//! Logging: for people on a terminal, JSON lines for everything else.

use std::io::{self, IsTerminal};
use tracing::Level;

/// Starts the log of a server; panics are logged too, in one line.
pub fn of_a_server() {
    start(Level::INFO);
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "a request handler panicked")));
}

/// Starts the log of a command: whoever types it reads what it says and sees warnings alone; what keeps logs gets its security events, too.
pub fn of_a_command() {
    start(if io::stderr().is_terminal() { Level::WARN } else { Level::INFO });
}

fn start(least: Level) {
    let builder = tracing_subscriber::fmt().with_writer(io::stderr).with_max_level(least);
    if io::stderr().is_terminal() {
        builder.init();
    } else {
        builder.json().flatten_event(true).init();
    }
}
