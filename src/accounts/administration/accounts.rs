//! The operator's verbs on accounts: create, list, show, change and delete.

use super::Administration;
use crate::accounts::Fault;
use crate::accounts::hash_queue::Waiter;
use crate::domain::account::{Account, AccountId, Role};
use crate::domain::email::EmailAddress;
use crate::domain::event::{Event, EventKind, Initiator};
use crate::domain::name::DisplayName;
use crate::domain::new_id;
use crate::domain::password::{Password, PasswordError};
use crate::domain::session::{EndReason, Session, SessionSelector};
use crate::store::{self, LockedAccount, LockedAdministrators, StoreFault, Tx, Unit};

/// How the command line refers to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountRef {
    Id(AccountId),
    Email(EmailAddress),
}

/// The data of an account to be created.
#[derive(Debug)]
pub struct AccountDraft {
    pub name: DisplayName,
    pub email: EmailAddress,
    pub password: Password,
    pub role: Role,
}

/// Whether an account was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CreateOutcome {
    Created(Account),
    EmailTaken,
    PasswordRefused(PasswordError),
}

/// Whether an account was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeOutcome {
    /// The account as it is now, even if there was nothing to change.
    Changed(Account),
    NotFound,
    /// Refused: no other administrator can sign in.
    LastAdministrator,
    /// Refused: another account has this email address.
    EmailTaken,
    /// Refused: the new password.
    PasswordRefused(PasswordError),
}

pub(super) const OPERATOR: &Initiator = &Initiator::OPERATOR;

impl Administration {
    /// Creates an account, even if registration is closed. It is not signed in.
    pub async fn create(&self, draft: AccountDraft) -> Result<CreateOutcome, Fault> {
        let AccountDraft { name, email, password, role } = draft;
        let waiter = Waiter::default();
        let hash = self.passwords.hash(&self.hasher, password, (&name, &email), waiter).await?;
        let hash = match hash {
            Ok(hash) => hash,
            Err(error) => return Ok(CreateOutcome::PasswordRefused(error)),
        };
        let now = self.clock.now();
        let id = AccountId(new_id(now));
        let account = Account { id, email, name, role, created_at: now, disabled_at: None };
        let created = self.store.write(now, move |unit| {
            let Some(locked) = store::accounts::insert(unit, &account)? else {
                return Ok(CreateOutcome::EmailTaken);
            };
            store::credentials::insert_password(unit, &locked, &hash)?;
            unit.record(Event::by_operator(EventKind::AccountCreated, Some(id), now))?;
            Ok(CreateOutcome::Created(locked.into_inner()))
        });
        Ok(created.await?)
    }

    /// All accounts, oldest first.
    pub async fn list(&self) -> Result<Vec<Account>, Fault> {
        Ok(self.store.read(store::accounts::all).await?)
    }

    /// An account and its active sessions, last seen first.
    pub async fn show(
        &self,
        account: AccountRef,
    ) -> Result<Option<(Account, Vec<Session>)>, Fault> {
        let now = self.clock.now();
        let found = self.store.read(move |tx| {
            let Some(account) = find(tx, &account)? else { return Ok(None) };
            let open = store::sessions::open(tx, account.id)?.into_iter();
            Ok(Some((account, open.filter(|session| session.is_alive(now)).collect())))
        });
        Ok(found.await?)
    }

    /// Changes a role, with immediate effect: access tokens with the old role are revoked, and the
    /// next refresh gets one with the new role.
    pub async fn set_role(&self, account: AccountRef, role: Role) -> Result<ChangeOutcome, Fault> {
        self.change(account, move |unit, administrators, account| {
            if account.role == role {
                return Ok(changed(account));
            }
            if is_last(unit, administrators, &account)? {
                return Ok(ChangeOutcome::LastAdministrator);
            }
            store::accounts::set_role(unit, &account, administrators, role)?;
            unit.revoke_access_tokens(&account)?;
            let event = Event::by_operator(EventKind::RoleChanged, Some(account.id), unit.now());
            unit.record(event.with_detail("role", role.into_str()))?;
            Ok(ChangeOutcome::Changed(Account { role, ..account.into_inner() }))
        })
        .await
    }

    /// Ends all sessions of an account and prevents signing in to it. Its data is kept.
    pub async fn disable(&self, account: AccountRef) -> Result<ChangeOutcome, Fault> {
        self.change(account, |unit, administrators, account| {
            if account.is_disabled() {
                return Ok(changed(account));
            }
            if is_last(unit, administrators, &account)? {
                return Ok(ChangeOutcome::LastAdministrator);
            }
            let disabled_at = Some(unit.now());
            store::accounts::set_disabled(unit, &account, administrators, disabled_at)?;
            unit.end_sessions(&account, SessionSelector::All, EndReason::Disabled, OPERATOR)?;
            let kind = EventKind::AccountDisabled;
            unit.record(Event::by_operator(kind, Some(account.id), unit.now()))?;
            Ok(ChangeOutcome::Changed(Account { disabled_at, ..account.into_inner() }))
        })
        .await
    }

    /// Allows signing in to a disabled account again.
    pub async fn enable(&self, account: AccountRef) -> Result<ChangeOutcome, Fault> {
        self.change(account, |unit, administrators, account| {
            if !account.is_disabled() {
                return Ok(changed(account));
            }
            store::accounts::set_disabled(unit, &account, administrators, None)?;
            let kind = EventKind::AccountEnabled;
            unit.record(Event::by_operator(kind, Some(account.id), unit.now()))?;
            Ok(ChangeOutcome::Changed(Account { disabled_at: None, ..account.into_inner() }))
        })
        .await
    }

    /// Deletes an account with all of its data. Its events are kept without personal data.
    pub async fn delete(&self, account: AccountRef) -> Result<ChangeOutcome, Fault> {
        self.change(account, |unit, administrators, account| {
            if is_last(unit, administrators, &account)? {
                return Ok(ChangeOutcome::LastAdministrator);
            }
            unit.end_sessions(&account, SessionSelector::All, EndReason::Deleted, OPERATOR)?;
            store::accounts::delete(unit, &account, administrators)?;
            store::events::anonymise(unit, account.id)?;
            let kind = EventKind::AccountDeleted;
            unit.record(Event::by_operator(kind, Some(account.id), unit.now()))?;
            Ok(changed(account))
        })
        .await
    }

    /// Changes an account that is locked, with the lock on the number of administrators.
    pub(super) async fn change<F>(
        &self,
        account: AccountRef,
        work: F,
    ) -> Result<ChangeOutcome, Fault>
    where
        F: Fn(
                &mut Unit<'_>,
                &LockedAdministrators,
                LockedAccount,
            ) -> Result<ChangeOutcome, StoreFault>
            + Send
            + 'static,
    {
        let done = self.store.write(self.clock.now(), move |unit| {
            let administrators = unit.lock_administrators()?;
            let Some(found) = find(unit, &account)? else { return Ok(ChangeOutcome::NotFound) };
            match unit.lock(found.id)? {
                Some(locked) => work(unit, &administrators, locked),
                None => Ok(ChangeOutcome::NotFound),
            }
        });
        Ok(done.await?)
    }
}

pub(super) fn changed(account: LockedAccount) -> ChangeOutcome {
    ChangeOutcome::Changed(account.into_inner())
}

pub(super) fn find(tx: &mut Tx<'_>, account: &AccountRef) -> Result<Option<Account>, StoreFault> {
    match account {
        AccountRef::Id(id) => store::accounts::find(tx, *id),
        AccountRef::Email(email) => store::accounts::find_by_email(tx, email),
    }
}

/// Whether this is the only administrator who can sign in.
fn is_last(
    unit: &mut Unit<'_>,
    _administrators: &LockedAdministrators,
    account: &Account,
) -> Result<bool, StoreFault> {
    let administers = account.role == Role::Admin && !account.is_disabled();
    Ok(administers && store::accounts::count_administrators(unit)? == 1)
}
