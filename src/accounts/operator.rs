//! What the operator does to other people's accounts.

use super::revocations::Ending;
use super::{Accounts, Fault, record};
use crate::domain::account::{Account, AccountId, Role};
use crate::domain::email::EmailAddress;
use crate::domain::event::{Event, EventKind};
use crate::domain::name::DisplayName;
use crate::domain::password::Password;
use crate::domain::session::{EndReason, Session};
use crate::store::accounts::Inserted;
use crate::store::{self, StoreFault, Tx};

/// How an account is named on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountRef {
    Id(AccountId),
    Email(EmailAddress),
}

/// An account to be made.
#[derive(Debug)]
pub struct AccountDraft {
    pub name: DisplayName,
    pub email: EmailAddress,
    pub password: Password,
    pub role: Role,
}

/// Why it was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatorRefusal {
    /// No such account.
    Unknown,
    EmailTaken,
    /// Nobody could administer any more.
    LastAdmin,
}

/// What a change of an account gives: the account as it is then.
type Changed = Result<Account, OperatorRefusal>;

impl Accounts {
    /// Makes an account, also where strangers may not register. Nobody is signed in.
    ///
    /// # Errors
    /// `Fault`; a taken address is a value.
    pub async fn create_account(&self, draft: AccountDraft) -> Result<Changed, Fault> {
        let AccountDraft { name, email, password, role } = draft;
        let hash = self.hasher.hash(password).await?;
        let now = self.clock.now();
        let account = Account {
            id: AccountId(self.new_id()),
            email,
            name,
            role,
            created_at: now,
            disabled_at: None,
        };
        let created = self.store.write(move |tx| {
            if store::accounts::insert(tx, &account, &hash)? == Inserted::EmailTaken {
                return Ok(Err(OperatorRefusal::EmailTaken));
            }
            record(tx, Event::by_operator(EventKind::Created, account.id, now))?;
            Ok(Ok(account))
        });
        Ok(created.await?)
    }

    /// All accounts, oldest first.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn list_accounts(&self) -> Result<Vec<Account>, Fault> {
        Ok(self.store.read(store::accounts::all).await?)
    }

    /// An account and its living sessions, last seen first.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn show_account(
        &self,
        who: AccountRef,
    ) -> Result<Option<(Account, Vec<Session>)>, Fault> {
        let now = self.clock.now();
        let found = self.store.read(move |tx| {
            let Some(account) = find(tx, &who)? else { return Ok(None) };
            let sessions = store::sessions::not_ended(tx, account.id)?;
            Ok(Some((
                account,
                sessions.into_iter().filter(|session| session.is_alive(now)).collect(),
            )))
        });
        Ok(found.await?)
    }

    /// Changes a role. It bites at once: the access tokens that tell the old one die, and the next renewal tells the new one.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn set_role(&self, who: AccountRef, role: Role) -> Result<Changed, Fault> {
        self.change(who, move |tx, ending, account| {
            if account.role == role {
                return Ok(Ok(account));
            }
            if is_last_admin(tx, &account)? {
                return Ok(Err(OperatorRefusal::LastAdmin));
            }
            store::accounts::set_role(tx, account.id, role)?;
            for session in sessions(tx, ending, &account)? {
                ending.revoke_access_tokens(tx, &session)?;
            }
            record(tx, Event::by_operator(EventKind::RoleChanged, account.id, ending.now()))?;
            Ok(Ok(Account { role, ..account }))
        })
        .await
    }

    /// Ends all sessions of an account and lets nobody sign in to it. Its data stays.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn disable_account(&self, who: AccountRef) -> Result<Changed, Fault> {
        self.change(who, |tx, ending, account| {
            if account.is_disabled() {
                return Ok(Ok(account));
            }
            if is_last_admin(tx, &account)? {
                return Ok(Err(OperatorRefusal::LastAdmin));
            }
            let since = Some(ending.now());
            store::accounts::set_disabled(tx, account.id, since)?;
            end_sessions(tx, ending, &account, EndReason::Disabled)?;
            record(tx, Event::by_operator(EventKind::Disabled, account.id, ending.now()))?;
            Ok(Ok(Account { disabled_at: since, ..account }))
        })
        .await
    }

    /// Lets a disabled account sign in again.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn enable_account(&self, who: AccountRef) -> Result<Changed, Fault> {
        self.change(who, |tx, ending, account| {
            if account.is_disabled() {
                store::accounts::set_disabled(tx, account.id, None)?;
                record(tx, Event::by_operator(EventKind::Enabled, account.id, ending.now()))?;
            }
            Ok(Ok(Account { disabled_at: None, ..account }))
        })
        .await
    }

    /// Ends all sessions of an account.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn sign_out_account(&self, who: AccountRef) -> Result<Changed, Fault> {
        self.change(who, |tx, ending, account| {
            for session in end_sessions(tx, ending, &account, EndReason::Operator)? {
                record(tx, Event::of(EventKind::SessionEnded, &session, ending.now(), None))?;
            }
            Ok(Ok(account))
        })
        .await
    }

    /// Deletes an account with all that is known of it.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn delete_account(&self, who: AccountRef) -> Result<Changed, Fault> {
        self.change(who, |tx, ending, account| {
            if is_last_admin(tx, &account)? {
                return Ok(Err(OperatorRefusal::LastAdmin));
            }
            end_sessions(tx, ending, &account, EndReason::Deleted)?;
            store::accounts::delete(tx, account.id)?;
            // Its audit log goes with it; this line stays.
            tracing::info!(event = "deleted", account = %account.id.0, "security event");
            Ok(Ok(account))
        })
        .await
    }

    async fn change<F>(&self, who: AccountRef, work: F) -> Result<Changed, Fault>
    where
        F: FnOnce(&mut Tx<'_>, &mut Ending, Account) -> Result<Changed, StoreFault>
            + Send
            + 'static,
    {
        let done = self.write_ending(self.clock.now(), move |tx, ending| match find(tx, &who)? {
            Some(account) => work(tx, ending, account),
            None => Ok(Err(OperatorRefusal::Unknown)),
        });
        done.await
    }
}

fn find(tx: &mut Tx<'_>, who: &AccountRef) -> Result<Option<Account>, StoreFault> {
    match who {
        AccountRef::Id(id) => store::accounts::find(tx, *id),
        AccountRef::Email(email) => {
            Ok(store::accounts::find_by_email(tx, email)?.map(|(account, _)| account))
        }
    }
}

/// Whether nobody else could administer. A disabled administrator cannot.
fn is_last_admin(tx: &mut Tx<'_>, account: &Account) -> Result<bool, StoreFault> {
    let admin = account.role == Role::Admin && !account.is_disabled();
    Ok(admin && store::accounts::count_admins(tx)? == 1)
}

/// Ends the sessions of an account; those that had not ended before.
fn end_sessions(
    tx: &mut Tx<'_>,
    ending: &mut Ending,
    account: &Account,
    reason: EndReason,
) -> Result<Vec<Session>, StoreFault> {
    let sessions = sessions(tx, ending, account)?;
    for session in &sessions {
        ending.end(tx, session.id, reason)?;
    }
    Ok(sessions)
}

/// The sessions of an account that have not ended; what is revoked of them stays revoked for as long as they could last.
fn sessions(
    tx: &mut Tx<'_>,
    ending: &mut Ending,
    account: &Account,
) -> Result<Vec<Session>, StoreFault> {
    let sessions = store::sessions::not_ended(tx, account.id)?;
    for session in &sessions {
        ending.extend_until(session);
    }
    Ok(sessions)
}
