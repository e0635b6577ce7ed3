//! The command line; everything else is in the library.

mod cli;

use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

/// Accounts for your web application: sign-up, sign-in, sessions and signed tokens
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "Settings come from Rocket.toml and the environment; docs/CONFIGURATION.md lists them all."
)]
struct Arguments {
    /// Print JSON, one object a line
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server (the default)
    Serve,
    /// Manage the keys that sign tokens
    #[command(subcommand)]
    Keys(cli::keys::Keys),
    /// Manage accounts
    #[command(subcommand)]
    Account(cli::account::Account),
    /// Show and end sessions
    #[command(subcommand)]
    Session(cli::session::Sessions),
    /// Show what has happened: sign-ins, refusals, changes
    ///
    /// Without `--since`, the newest hundred events are shown. docs/EVENTS.md explains every event.
    Events(cli::events::Events),
    /// Check the settings
    #[command(subcommand)]
    Config(cli::config::Settings),
    /// Check whether the installation is in order
    ///
    /// Checks the settings, the data directory, the database, the keys, the clock and the age of the last
    /// backup. Nothing is changed. Exit code 1 if there is a problem; a warning is none.
    Doctor(cli::doctor::Doctor),
    /// Migrate the database to this version
    ///
    /// A start does the same. Run it before, to know how long it takes, or once for many servers.
    Migrate(cli::migrate::Migrate),
    /// Back up the database, while servers use it
    ///
    /// Writes one consistent copy of the SQLite database, with all that is committed. It gets its name
    /// once it is whole and checked. The secret is not in it.
    Backup(cli::backup::Backup),
    /// Put a backup in the place of the database
    ///
    /// Checks the backup, migrates it to this version, ends all of its sessions, and keeps the database
    /// from before beside it. Stop every server first. The secret must be the one of the backup's time.
    Restore(cli::restore::Restore),
    /// Manage the passwords that are refused
    #[command(subcommand)]
    Passwords(cli::passwords::Passwords),
    /// Print what completes commands in a shell
    ///
    /// For bash: vestibule completions bash > /usr/share/bash-completion/completions/vestibule
    Completions(cli::manual::Completions),
    /// Print the manual page, or write those of all commands into a folder
    ///
    /// To read it: vestibule man | man -l -
    Man(cli::manual::Man),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(answer) => return cli::answer(&answer),
    };
    cli::output::choose_json(arguments.json);
    match arguments.command {
        None | Some(Command::Serve) => cli::serve::run(),
        Some(Command::Keys(command)) => cli::keys::run(command),
        Some(Command::Account(command)) => cli::account::run(command),
        Some(Command::Session(command)) => cli::session::run(command),
        Some(Command::Events(command)) => cli::events::run(command),
        Some(Command::Config(command)) => cli::config::run(&command),
        Some(Command::Doctor(command)) => cli::doctor::run(&command),
        Some(Command::Migrate(command)) => cli::migrate::run(&command),
        Some(Command::Backup(command)) => cli::backup::run(&command),
        Some(Command::Restore(command)) => cli::restore::run(&command),
        Some(Command::Passwords(command)) => cli::passwords::run(command),
        Some(Command::Completions(command)) => {
            cli::manual::complete(&command, Arguments::command())
        }
        Some(Command::Man(command)) => cli::manual::describe(&command, Arguments::command()),
    }
}
