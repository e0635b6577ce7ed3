//! Logging: for people on a terminal, JSON lines for everything else.

use std::io::IsTerminal;

/// Starts logging to standard error; panics are logged too, in one line.
pub fn start() {
    let builder = tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::INFO);
    if std::io::stderr().is_terminal() {
        builder.init();
    } else {
        builder.json().flatten_event(true).init();
    }
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "a request handler panicked")));
}
