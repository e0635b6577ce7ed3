//! Asking before what cannot be undone.

use super::output::text;
use super::{Done, input, misuse};
use std::io::{self, IsTerminal};
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Confirmation {
    /// Do not ask for confirmation; required where there is no terminal to ask on
    #[arg(long)]
    yes: bool,
}

impl Confirmation {
    /// Asked before anything is opened: wrong use if nobody can be asked.
    pub fn check(&self) -> Result<(), ExitCode> {
        if self.yes || io::stdin().is_terminal() {
            return Ok(());
        }
        Err(misuse(&text("cli-confirmation-impossible", &[])))
    }

    /// Has a word typed, unless `--yes` was given.
    pub fn ask(&self, question: &str, word: &str) -> Done {
        if self.yes { Ok(()) } else { input::type_word(question, word) }
    }
}
