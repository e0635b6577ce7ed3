//! `vestibule session`.

use super::account::{Target, find};
use super::output::{is_json, print, print_list, say, text};
use super::records::{SESSION_COLUMNS, session_json, session_row};
use super::{Database, Done, failed, operate};
use clap::Subcommand;
use std::process::ExitCode;
use uuid::Uuid;
use vestibule::accounts::Administration;
use vestibule::accounts::administration::EndSessionOutcome;
use vestibule::domain::session::SessionId;

#[derive(Subcommand)]
pub enum Sessions {
    /// List where an account is signed in, last seen first
    List(Target),
    /// End a session: its browser or client is signed out within a second
    End {
        /// The ID, as `session list` shows it
        #[arg(value_name = "SESSION")]
        id: Uuid,
    },
}

pub fn run(command: Sessions) -> ExitCode {
    operate(Database::MustExist, |services| carry_out(services.administration, command))
}

async fn carry_out(administration: Administration, command: Sessions) -> Done {
    match command {
        Sessions::List(target) => {
            let (_, sessions) = find(&administration, target).await?;
            print_list(&SESSION_COLUMNS, &sessions, session_row, session_json)
        }
        Sessions::End { id } => end(&administration, SessionId(id)).await,
    }
}

async fn end(administration: &Administration, id: SessionId) -> Done {
    let shown = id.0.to_string();
    match administration.end_session(id).await.map_err(failed)? {
        EndSessionOutcome::Ended(session) if is_json() => print(session_json(&session)),
        EndSessionOutcome::Ended(_) => say("cli-session-ended", &[("id", &shown)]),
        EndSessionOutcome::AlreadyEnded => {
            Err(text("cli-session-already-ended", &[("id", &shown)]))
        }
        EndSessionOutcome::NotFound => Err(text("cli-session-not-found", &[("id", &shown)])),
    }
}
