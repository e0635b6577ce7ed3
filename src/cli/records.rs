//! Accounts and sessions as commands print them.

use super::output::{at, json_time, text};
use super::table::Column;
use serde_json::{Value, json};
use vestibule::domain::account::Account;
use vestibule::domain::session::Session;

pub const ACCOUNT_COLUMNS: [Column; 6] = [
    Column::fixed("cli-column-id"),
    Column::flexible("cli-column-email"),
    Column::flexible("cli-column-name"),
    Column::fixed("cli-column-role"),
    Column::fixed("cli-column-state"),
    Column::fixed("cli-column-created"),
];

/// An account in the order of `ACCOUNT_COLUMNS`.
pub fn account_row(account: &Account) -> [String; 6] {
    let state = match account.disabled_at {
        None => text("cli-state-enabled", &[]),
        Some(since) => text("cli-state-disabled", &[("since", &at(since))]),
    };
    [
        account.id.0.to_string(),
        account.email.to_unicode(),
        account.name.as_str().to_owned(),
        account.role.into_str().to_owned(),
        state,
        at(account.created_at),
    ]
}

/// With the names of the API.
pub fn account_json(account: &Account) -> Value {
    json!({
        "id": account.id.0,
        "email": account.email.to_unicode(),
        "name": account.name.as_str(),
        "role": account.role.into_str(),
        "created_at": json_time(account.created_at),
        "disabled_at": account.disabled_at.map(json_time),
    })
}

pub const SESSION_COLUMNS: [Column; 5] = [
    Column::fixed("cli-column-id"),
    Column::fixed("cli-column-signed-in"),
    Column::fixed("cli-column-last-seen"),
    Column::fixed("cli-column-address"),
    Column::flexible("cli-column-browser"),
];

/// A session in the order of `SESSION_COLUMNS`.
pub fn session_row(session: &Session) -> [String; 5] {
    [
        session.id.0.to_string(),
        at(session.created_at),
        at(session.last_seen()),
        session.device.address.map(|address| address.to_string()).unwrap_or_default(),
        session.device.user_agent.escape_debug().to_string(),
    ]
}

pub fn session_json(session: &Session) -> Value {
    json!({
        "id": session.id.0,
        "account": session.account_id.0,
        "created_at": json_time(session.created_at),
        "last_seen_at": json_time(session.last_seen()),
        "expires_at": json_time(session.idle_expires_at.min(session.expires_at)),
        "address": session.device.address.map(|address| address.to_string()),
        "user_agent": session.device.user_agent,
    })
}
