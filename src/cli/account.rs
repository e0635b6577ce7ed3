//! `vestibule account`.

use super::output::{at, print, print_table, say, text};
use super::{Database, Done, failed, input, operate};
use clap::Subcommand;
use std::process::ExitCode;
use uuid::Uuid;
use vestibule::accounts::administration::{AccountDraft, AccountRef, ChangeOutcome, CreateOutcome};
use vestibule::accounts::{Administration, Fault};
use vestibule::domain::account::{self, AccountId, Role};
use vestibule::domain::email::EmailAddress;
use vestibule::domain::name::DisplayName;
use vestibule::domain::password::{Password, PasswordError};
use vestibule::domain::session::Session;

#[derive(Subcommand)]
pub enum Account {
    /// Create an account; its password is read from the terminal or the first line of standard
    /// input
    Create {
        /// Email address
        #[arg(value_parser = email)]
        email: EmailAddress,
        /// Display name
        #[arg(long, value_parser = name)]
        name: DisplayName,
        /// Role: user or admin
        #[arg(long, value_parser = role, default_value = "user")]
        role: Role,
    },
    /// List all accounts, oldest first
    List,
    /// Show an account and its sessions
    Show(Target),
    /// Change the role of an account; takes effect immediately
    Role {
        #[command(flatten)]
        target: Target,
        /// user or admin
        #[arg(value_parser = role)]
        role: Role,
    },
    /// End all sessions of an account and refuse new ones; its data stays
    Disable(Target),
    /// Let a disabled account sign in again
    Enable(Target),
    /// End all sessions of an account
    SignOut(Target),
    /// Delete an account and all of its data; this cannot be undone
    ///
    /// Asks for confirmation on a terminal, but not in a script.
    Delete(Target),
}

#[derive(clap::Args)]
pub struct Target {
    /// Email address or ID of the account
    #[arg(value_name = "ACCOUNT", value_parser = account_ref)]
    account: AccountRef,
}

pub fn run(command: Account) -> ExitCode {
    let database = match command {
        Account::Create { .. } => Database::MayBeNew,
        _ => Database::MustExist,
    };
    operate(database, |services| carry_out(services.administration, command))
}

async fn carry_out(accounts: Administration, command: Account) -> Done {
    match command {
        Account::Create { email, name, role } => create(&accounts, email, name, role).await,
        Account::List => list(&accounts).await,
        Account::Show(target) => show(&accounts, target).await,
        Account::Role { target, role } => {
            changed(accounts.set_role(target.account, role).await, "cli-account-role-changed")
        }
        Account::Disable(target) => {
            changed(accounts.disable(target.account).await, "cli-account-disabled")
        }
        Account::Enable(target) => {
            changed(accounts.enable(target.account).await, "cli-account-enabled")
        }
        Account::SignOut(target) => {
            changed(accounts.sign_out(target.account).await, "cli-account-signed-out")
        }
        Account::Delete(target) => delete(&accounts, target).await,
    }
}

async fn create(
    accounts: &Administration,
    email: EmailAddress,
    name: DisplayName,
    role: Role,
) -> Done {
    let draft = AccountDraft { name, email, password: new_password(accounts)?, role };
    match accounts.create(draft).await.map_err(failed)? {
        CreateOutcome::Created(account) => say_of(&account, "cli-account-created"),
        CreateOutcome::EmailTaken => Err(text("cli-account-email-taken", &[])),
        CreateOutcome::PasswordRefused(error) => Err(text(&password_message(error), &[])),
    }
}

async fn list(accounts: &Administration) -> Done {
    let accounts = accounts.list().await.map_err(failed)?;
    let rows: Vec<_> = accounts.iter().map(facts).collect();
    print_table(COLUMNS, &rows)
}

const COLUMNS: [&str; 6] = [
    "cli-column-id",
    "cli-column-email",
    "cli-column-name",
    "cli-column-role",
    "cli-column-state",
    "cli-column-created",
];

/// An account in the order of `COLUMNS`.
fn facts(account: &account::Account) -> [String; 6] {
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

async fn show(accounts: &Administration, target: Target) -> Done {
    let (account, sessions) = find(accounts, target).await?;
    print_table(COLUMNS, &[facts(&account)])?;
    print("")?;
    if sessions.is_empty() {
        return say("cli-account-no-sessions", &[]);
    }
    let row = |session: &Session| {
        [
            at(session.created_at),
            at(session.last_seen()),
            session.device.address.map(|address| address.to_string()).unwrap_or_default(),
            session.device.user_agent.escape_debug().to_string(),
        ]
    };
    let columns = [
        "cli-column-signed-in",
        "cli-column-last-seen",
        "cli-column-address",
        "cli-column-browser",
    ];
    print_table(columns, &sessions.iter().map(row).collect::<Vec<_>>())
}

async fn delete(accounts: &Administration, target: Target) -> Done {
    let (account, _) = find(accounts, target).await?;
    let question = text("cli-account-confirm-deletion", &[("name", account.name.as_str())]);
    input::confirm(&question, &account.email.to_unicode())?;
    // By ID: the email address may have been given to another account meanwhile.
    changed(accounts.delete(AccountRef::Id(account.id)).await, "cli-account-deleted")
}

async fn find(
    accounts: &Administration,
    target: Target,
) -> Result<(account::Account, Vec<Session>), String> {
    let found = accounts.show(target.account).await.map_err(failed)?;
    found.ok_or_else(|| text("cli-account-not-found", &[]))
}

/// Says what was done, or why not.
fn changed(outcome: Result<ChangeOutcome, Fault>, key: &str) -> Done {
    match outcome.map_err(failed)? {
        ChangeOutcome::Changed(account) => say_of(&account, key),
        ChangeOutcome::NotFound => Err(text("cli-account-not-found", &[])),
        ChangeOutcome::LastAdministrator => Err(text("cli-account-last-administrator", &[])),
    }
}

fn say_of(account: &account::Account, key: &str) -> Done {
    let (email, id) = (account.email.to_unicode(), account.id.0.to_string());
    say(key, &[("email", &email), ("id", &id), ("role", account.role.into_str())])
}

fn new_password(accounts: &Administration) -> Result<Password, String> {
    let min_length = accounts.min_password_length();
    Password::parse_new(&input::new_password()?, min_length).map_err(|error| {
        text(&password_message(error), &[("password-min-length", &min_length.to_string())])
    })
}

fn password_message(error: PasswordError) -> String {
    error.into_str().replace('_', "-")
}

fn email(text: &str) -> Result<EmailAddress, &'static str> {
    EmailAddress::parse(text).map_err(|_| "use an email address such as name@example.org")
}

fn name(text: &str) -> Result<DisplayName, &'static str> {
    DisplayName::parse(text).map_err(|_| "use 1 to 100 characters, none of them invisible")
}

fn role(text: &str) -> Result<Role, &'static str> {
    text.parse().map_err(|_| "use user or admin")
}

pub(super) fn account_ref(text: &str) -> Result<AccountRef, &'static str> {
    match Uuid::try_parse(text) {
        Ok(id) => Ok(AccountRef::Id(AccountId(id))),
        Err(_) => EmailAddress::parse(text)
            .map(AccountRef::Email)
            .map_err(|_| "use the email address or the ID of an account"),
    }
}
