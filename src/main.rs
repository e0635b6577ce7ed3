//! The command line, nothing else.

mod cli;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The entrance hall of a web application: register, sign in, see and manage an account.
#[derive(Parser)]
#[command(version, about, after_help = "Configuration: Rocket.toml and environment; README.md lists every name.")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages (what happens without a command, too)
    Serve,
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        None | Some(Command::Serve) => cli::serve::run(),
    }
}
