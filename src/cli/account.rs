//! `vestibule account`.

use super::{Database, Done, at, failed, input, operate, print_table, say};
use clap::Subcommand;
use std::process::ExitCode;
use uuid::Uuid;
use vestibule::accounts::administration::{AccountDraft, AccountRef, ChangeOutcome, CreateOutcome};
use vestibule::accounts::{Administration, Fault};
use vestibule::domain::account::{Account as Person, AccountId, Role};
use vestibule::domain::email::EmailAddress;
use vestibule::domain::name::DisplayName;
use vestibule::domain::password::{Password, PasswordError};

#[derive(Subcommand)]
pub enum Account {
    /// Make an account; its password is read from the terminal or the first line of standard input
    Create {
        /// E-mail address
        #[arg(value_parser = email)]
        email: EmailAddress,
        /// The name shown to its owner
        #[arg(long, value_parser = name)]
        name: DisplayName,
        /// What it may do: user or admin
        #[arg(long, value_parser = role, default_value = "user")]
        role: Role,
    },
    /// Show all accounts, oldest first
    List,
    /// Show an account and where it is signed in
    Show(Named),
    /// Change what an account may do; it bites at once
    Role {
        #[command(flatten)]
        named: Named,
        /// user or admin
        #[arg(value_parser = role)]
        role: Role,
    },
    /// End all sessions of an account and let nobody sign in to it; its data stays
    Disable(Named),
    /// Let a disabled account sign in again
    Enable(Named),
    /// End all sessions of an account
    SignOut(Named),
    /// Delete an account with all that is known of it; this cannot be undone
    ///
    /// Asks first on a terminal; a script is taken at its word.
    Delete(Named),
}

#[derive(clap::Args)]
pub struct Named {
    /// E-mail address or id of the account
    #[arg(value_name = "ACCOUNT", value_parser = who)]
    who: AccountRef,
}

pub fn run(command: Account) -> ExitCode {
    let database = match command {
        Account::Create { .. } => Database::MayBeNew,
        _ => Database::Existing,
    };
    operate(database, |services| carry_out(services.administration, command))
}

async fn carry_out(accounts: Administration, command: Account) -> Done {
    match command {
        Account::Create { email, name, role } => {
            let draft = AccountDraft { name, email, password: new_password()?, role };
            match accounts.create(draft).await.map_err(failed)? {
                CreateOutcome::Created(account) => {
                    say_done(&account, "created");
                    Ok(())
                }
                CreateOutcome::EmailTaken => Err(EMAIL_TAKEN.to_owned()),
            }
        }
        Account::List => list(&accounts).await,
        Account::Show(Named { who }) => show(&accounts, who).await,
        Account::Role { named: Named { who }, role } => told(
            accounts.set_role(who, role).await,
            &format!("now has the role {}", role.into_str()),
        ),
        Account::Disable(Named { who }) => {
            told(accounts.disable(who).await, "disabled and signed out")
        }
        Account::Enable(Named { who }) => told(accounts.enable(who).await, "enabled"),
        Account::SignOut(Named { who }) => {
            told(accounts.sign_out(who).await, "signed out everywhere")
        }
        Account::Delete(Named { who }) => delete(&accounts, who).await,
    }
}

async fn list(accounts: &Administration) -> Done {
    let people = accounts.list().await.map_err(failed)?;
    let row = |person: &Person| {
        [
            person.id.0.to_string(),
            person.email.as_str().to_owned(),
            person.name.as_str().to_owned(),
            person.role.into_str().to_owned(),
            state(person),
            at(person.created_at),
        ]
    };
    let rows: Vec<_> = people.iter().map(row).collect();
    print_table(["ID", "E-MAIL", "NAME", "ROLE", "STATE", "MADE"], &rows);
    Ok(())
}

async fn show(accounts: &Administration, who: AccountRef) -> Done {
    let found = accounts.show(who).await.map_err(failed)?;
    let (person, sessions) = found.ok_or_else(|| NOT_FOUND.to_owned())?;
    let facts = [
        ("Id", person.id.0.to_string()),
        ("E-mail", person.email.as_str().to_owned()),
        ("Name", person.name.as_str().to_owned()),
        ("Role", person.role.into_str().to_owned()),
        ("State", state(&person)),
        ("Made", at(person.created_at)),
    ];
    for (what, fact) in facts {
        say(format!("{what:<8}{fact}"));
    }
    if sessions.is_empty() {
        say("\nNobody is signed in to it.");
        return Ok(());
    }
    say("");
    let rows = sessions.iter().map(|session| {
        [
            at(session.created_at),
            at(session.last_seen_at),
            session.device.ip.map(|ip| ip.to_string()).unwrap_or_default(),
            session.device.user_agent.escape_debug().to_string(),
        ]
    });
    print_table(["SIGNED IN", "LAST SEEN", "ADDRESS", "BROWSER"], &rows.collect::<Vec<_>>());
    Ok(())
}

async fn delete(accounts: &Administration, who: AccountRef) -> Done {
    let found = accounts.show(who).await.map_err(failed)?;
    let (person, _) = found.ok_or_else(|| NOT_FOUND.to_owned())?;
    let question = format!(
        "This deletes the account of {} with all that is known of it.",
        person.name.as_str()
    );
    input::confirm(&question, person.email.as_str())?;
    // The one that was shown: meanwhile somebody else may have registered with its address.
    told(accounts.delete(AccountRef::Id(person.id)).await, "deleted")
}

const NOT_FOUND: &str = "There is no such account. See all with: vestibule account list";
const EMAIL_TAKEN: &str =
    "There is an account with this e-mail address already. Use another address.";
const LAST_ADMINISTRATOR: &str = "This is the last administrator who can sign in. First make another one, or enable one that is disabled: \
     vestibule account role <ACCOUNT> admin, vestibule account enable <ACCOUNT>";

/// Says what was done to which account, or why not.
fn told(done: Result<ChangeOutcome, Fault>, what: &str) -> Done {
    match done.map_err(failed)? {
        ChangeOutcome::Changed(account) => {
            say_done(&account, what);
            Ok(())
        }
        ChangeOutcome::NotFound => Err(NOT_FOUND.to_owned()),
        ChangeOutcome::LastAdministrator => Err(LAST_ADMINISTRATOR.to_owned()),
    }
}

fn say_done(account: &Person, what: &str) {
    say(format!("{} ({}): {what}.", account.email.as_str(), account.id.0));
}

fn state(person: &Person) -> String {
    person
        .disabled_at
        .map_or_else(|| "enabled".to_owned(), |since| format!("disabled {}", at(since)))
}

fn new_password() -> Result<Password, String> {
    Password::parse_new(&input::new_password()?).map_err(|problem| {
        match problem {
            PasswordError::Missing => "The password is missing. Type it, or pipe it in.",
            PasswordError::TooShort => "The password is too short. Use at least 8 characters.",
            PasswordError::TooLong => "The password is too long. Use at most 256 characters.",
            PasswordError::Forbidden => "The password holds a NUL character. Remove it.",
            PasswordError::Common => {
                "The password is among the most common ones. Use another, such as three unrelated words."
            }
        }
        .to_owned()
    })
}

fn email(text: &str) -> Result<EmailAddress, &'static str> {
    EmailAddress::parse(text).map_err(|_| "use an e-mail address like name@example.org")
}

fn name(text: &str) -> Result<DisplayName, &'static str> {
    DisplayName::parse(text).map_err(|_| "use 1 to 100 characters, none of them invisible")
}

fn role(text: &str) -> Result<Role, &'static str> {
    text.parse().map_err(|_| "use user or admin")
}

fn who(text: &str) -> Result<AccountRef, &'static str> {
    match Uuid::try_parse(text) {
        Ok(id) => Ok(AccountRef::Id(AccountId(id))),
        Err(_) => EmailAddress::parse(text)
            .map(AccountRef::Email)
            .map_err(|_| "use the e-mail address or the id of an account"),
    }
}
