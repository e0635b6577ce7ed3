//! `vestibule events`.

use super::account::account_ref;
use super::output::{at, is_json, json_time, print_if_open, text};
use super::table::fit;
use super::{Database, Done, failed, operate};
use serde_json::{Map, Value, json};
use std::process::ExitCode;
use std::time::Duration;
use vestibule::accounts::Administration;
use vestibule::accounts::administration::{AccountRef, EventQuery, StoredEvent};
use vestibule::clock::Clock;
use vestibule::config::parse_duration;
use vestibule::domain::event::EventKind;
use vestibule::domain::{Span, Time};

/// How often `--follow` looks for new events.
const POLL: Duration = Duration::from_millis(500);

/// The columns of the table and their widths: a table that grows cannot be fitted to its cells.
const COLUMNS: [(&str, usize); 7] = [
    ("cli-column-time", 20),
    ("cli-column-event", 24),
    ("cli-column-outcome", 7),
    ("cli-column-account", 36),
    ("cli-column-actor", 36),
    ("cli-column-address", 15),
    ("cli-column-details", 0),
];

#[derive(clap::Args)]
pub struct Events {
    /// Only what happened to this account: email address or ID, also of a deleted account
    #[arg(long, value_parser = account_ref)]
    account: Option<AccountRef>,
    /// Only events of this kind, such as `sign_in_refused`
    #[arg(long, value_parser = kind)]
    kind: Option<EventKind>,
    /// Everything since then: a duration such as 24h, a date, or a time as in RFC 3339
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: Option<Since>,
    /// Go on printing new events until the command is interrupted
    #[arg(long)]
    follow: bool,
}

/// When the events begin.
#[derive(Clone, Copy)]
enum Since {
    Ago(Span),
    At(Time),
}

pub fn run(command: Events) -> ExitCode {
    operate(Database::MustExist, |services| show(services.administration, command))
}

async fn show(administration: Administration, command: Events) -> Done {
    let Events { account, kind, since, follow } = command;
    let since = since.map(|since| match since {
        Since::Ago(span) => Clock::system().now() - span,
        Since::At(time) => time,
    });
    let reader =
        administration.events(EventQuery { account, kind, since }).await.map_err(failed)?;
    let mut reader = reader.ok_or_else(|| text("cli-account-not-found", &[]))?;
    let line = if is_json() { json_line } else { table_line };
    if !is_json() && !print_if_open(row(COLUMNS.map(|(key, _)| text(key, &[]))))? {
        return Ok(());
    }
    loop {
        let batch = reader.read().await.map_err(failed)?;
        for event in &batch.events {
            if !print_if_open(line(event))? {
                return Ok(());
            }
        }
        match (batch.is_last, follow) {
            (false, _) => {}
            (true, true) => tokio::time::sleep(POLL).await,
            (true, false) => return Ok(()),
        }
    }
}

/// The fields of `docs/EVENTS.md`.
fn json_line(StoredEvent { id, event }: &StoredEvent) -> String {
    let details = event.details.iter().map(|(name, value)| (name.clone(), json!(value)));
    let line = json!({
        "id": id,
        "at": json_time(event.at),
        "event": event.kind.into_str(),
        "outcome": event.outcome.into_str(),
        "actor": event.actor.to_string(),
        "account": event.subject.map(|id| id.0),
        "session": event.session_id.map(|id| id.0),
        "address": event.address.map(|address| address.to_string()),
        "user_agent": event.user_agent,
        "details": Value::Object(details.collect::<Map<_, _>>()),
    });
    line.to_string()
}

fn table_line(StoredEvent { event, .. }: &StoredEvent) -> String {
    let details = event.details.iter();
    let details = details.map(|(name, value)| format!("{name}={}", value.escape_debug()));
    row([
        at(event.at),
        event.kind.into_str().to_owned(),
        event.outcome.into_str().to_owned(),
        event.subject.map(|id| id.0.to_string()).unwrap_or_default(),
        event.actor.to_string(),
        event.address.map(|address| address.to_string()).unwrap_or_default(),
        details.collect::<Vec<_>>().join(" "),
    ])
}

fn row(cells: [String; COLUMNS.len()]) -> String {
    let padded = cells.iter().zip(COLUMNS).map(|(cell, (_, width))| format!("{cell:<width$}"));
    fit(padded.collect::<Vec<_>>().join("  ").trim_end())
}

fn kind(text: &str) -> Result<EventKind, String> {
    let known = || <EventKind as strum::VariantArray>::VARIANTS.iter().map(EventKind::into_str);
    text.parse().map_err(|_| format!("use one of {}", known().collect::<Vec<_>>().join(", ")))
}

fn since(text: &str) -> Result<Since, &'static str> {
    let midnight = format!("{text}T00:00:00Z");
    let time = [text, &midnight].into_iter().find_map(|text| text.parse::<Time>().ok());
    let ago = || parse_duration(text).map(Since::Ago);
    time.map(Since::At)
        .or_else(ago)
        .ok_or("use a duration such as 24h, a date such as 2026-01-31, or a time such as 2026-01-31T08:00:00Z")
}
