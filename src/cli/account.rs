//! `vestibule account`.

use super::confirmation::Confirmation;
use super::output::{is_json, print, print_list, say, say_number, text};
use super::records::{
    ACCOUNT_COLUMNS, SESSION_COLUMNS, account_json, account_row, session_json, session_row,
};
use super::{Database, Done, failed, input, operate};
use clap::Subcommand;
use serde_json::json;
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
    /// Change the display name of an account
    Rename {
        #[command(flatten)]
        target: Target,
        /// Display name
        #[arg(value_parser = name)]
        name: DisplayName,
    },
    /// Change the email address that an account signs in with; its sessions go on
    Email {
        #[command(flatten)]
        target: Target,
        /// Email address
        #[arg(value_parser = email)]
        email: EmailAddress,
    },
    /// Set the password of an account and end all of its sessions
    ///
    /// The password is read from the terminal or the first line of standard input.
    Password(Target),
    /// End all sessions of an account and refuse new ones; its data stays
    Disable(Target),
    /// Let a disabled account sign in again
    Enable(Target),
    /// End all sessions of an account, or of all accounts
    SignOut(SignOut),
    /// Delete an account and all of its data; this cannot be undone
    Delete {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        confirmation: Confirmation,
    },
}

#[derive(clap::Args)]
pub struct SignOut {
    #[command(flatten)]
    whom: Whom,
    #[command(flatten)]
    confirmation: Confirmation,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Whom {
    /// Email address or ID of the account
    #[arg(value_name = "ACCOUNT", value_parser = account_ref)]
    account: Option<AccountRef>,
    /// Everybody has to sign in again; asks for confirmation
    #[arg(long)]
    all: bool,
}

#[derive(clap::Args)]
pub struct Target {
    /// Email address or ID of the account
    #[arg(value_name = "ACCOUNT", value_parser = account_ref)]
    account: AccountRef,
}

pub fn run(command: Account) -> ExitCode {
    let asks = match &command {
        Account::Delete { confirmation, .. }
        | Account::SignOut(SignOut { whom: Whom { all: true, .. }, confirmation }) => {
            Some(confirmation)
        }
        _ => None,
    };
    if let Some(Err(wrong_use)) = asks.map(Confirmation::check) {
        return wrong_use;
    }
    let database = match command {
        Account::Create { .. } => Database::MayBeNew,
        _ => Database::MustExist,
    };
    operate(database, |services| carry_out(services.administration, command))
}

async fn carry_out(accounts: Administration, command: Account) -> Done {
    match command {
        Account::Create { email, name, role } => create(&accounts, email, name, role).await,
        Account::List => {
            let all = accounts.list().await.map_err(failed)?;
            print_list(&ACCOUNT_COLUMNS, &all, account_row, account_json)
        }
        Account::Show(target) => show(&accounts, target).await,
        Account::Role { target, role } => {
            changed(accounts.set_role(target.account, role).await, "cli-account-role-changed")
        }
        Account::Rename { target, name } => {
            changed(accounts.rename(target.account, name).await, "cli-account-renamed")
        }
        Account::Email { target, email } => {
            changed(accounts.set_email(target.account, email).await, "cli-account-email-changed")
        }
        Account::Password(target) => set_password(&accounts, target).await,
        Account::Disable(target) => {
            changed(accounts.disable(target.account).await, "cli-account-disabled")
        }
        Account::Enable(target) => {
            changed(accounts.enable(target.account).await, "cli-account-enabled")
        }
        Account::SignOut(command) => sign_out(&accounts, command).await,
        Account::Delete { target, confirmation } => delete(&accounts, target, &confirmation).await,
    }
}

async fn create(
    accounts: &Administration,
    email: EmailAddress,
    name: DisplayName,
    role: Role,
) -> Done {
    let draft = AccountDraft { name, email, password: new_password(accounts).await?, role };
    match accounts.create(draft).await.map_err(failed)? {
        CreateOutcome::Created(account) => say_of(&account, "cli-account-created"),
        CreateOutcome::EmailTaken => Err(text("cli-account-email-taken", &[])),
        CreateOutcome::PasswordRefused(error) => Err(text(&password_message(error), &[])),
    }
}

async fn show(accounts: &Administration, target: Target) -> Done {
    let (account, sessions) = find(accounts, target).await?;
    if is_json() {
        let mut shown = account_json(&account);
        if let Some(object) = shown.as_object_mut() {
            let sessions: Vec<_> = sessions.iter().map(session_json).collect();
            object.insert("sessions".to_owned(), json!(sessions));
        }
        return print(shown);
    }
    print_list(&ACCOUNT_COLUMNS, &[account], account_row, account_json)?;
    print("")?;
    if sessions.is_empty() {
        return say("cli-account-no-sessions", &[]);
    }
    print_list(&SESSION_COLUMNS, &sessions, session_row, session_json)
}

async fn set_password(accounts: &Administration, target: Target) -> Done {
    // Nobody types a password twice to learn that there is no such account.
    let (account, _) = find(accounts, target).await?;
    let password = new_password(accounts).await?;
    let set = accounts.set_password(AccountRef::Id(account.id), password).await;
    changed(set, "cli-account-password-changed")
}

async fn sign_out(accounts: &Administration, command: SignOut) -> Done {
    if let Some(account) = command.whom.account {
        return changed(accounts.sign_out(account).await, "cli-account-signed-out");
    }
    command.confirmation.ask(&text("cli-account-confirm-sign-out-all", &[]), "yes")?;
    let ended = accounts.sign_out_all().await.map_err(failed)?;
    say_number("cli-account-signed-out-all", "sessions", ended)
}

async fn delete(accounts: &Administration, target: Target, confirmation: &Confirmation) -> Done {
    let (account, _) = find(accounts, target).await?;
    let question = text("cli-account-confirm-deletion", &[("name", account.name.as_str())]);
    confirmation.ask(&question, &account.email.to_unicode())?;
    // By ID: the email address may have been given to another account meanwhile.
    changed(accounts.delete(AccountRef::Id(account.id)).await, "cli-account-deleted")
}

pub(super) async fn find(
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
        ChangeOutcome::EmailTaken => Err(text("cli-account-email-taken", &[])),
        ChangeOutcome::PasswordRefused(error) => Err(text(&password_message(error), &[])),
    }
}

fn say_of(account: &account::Account, key: &str) -> Done {
    if is_json() {
        return print(account_json(account));
    }
    let (email, id) = (account.email.to_unicode(), account.id.0.to_string());
    say(key, &[("email", &email), ("id", &id), ("role", account.role.into_str())])
}

async fn new_password(accounts: &Administration) -> Result<Password, String> {
    let min_length = accounts.min_password_length();
    Password::parse_new(&input::new_password().await?, min_length).map_err(|error| {
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
