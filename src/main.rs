//! The command line, nothing else.

mod cli;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Accounts for your web application: sign-up, sign-in, sessions and signed tokens.
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "Configuration: Rocket.toml and environment; README.md lists every name."
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages and the API (the default)
    Serve,
    /// See and change the keys that sign tokens
    #[command(subcommand)]
    Keys(cli::keys::Keys),
    /// See and change accounts
    #[command(subcommand)]
    Account(cli::account::Account),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        None | Some(Command::Serve) => cli::serve::run(),
        Some(Command::Keys(command)) => cli::keys::run(command),
        Some(Command::Account(command)) => cli::account::run(command),
    }
}
