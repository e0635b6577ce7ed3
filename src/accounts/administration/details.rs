//! Name, email address and password of an account, as the operator sets them.

use super::Administration;
use super::accounts::{AccountRef, ChangeOutcome, OPERATOR, changed, find};
use crate::accounts::Fault;
use crate::accounts::hash_queue::Waiter;
use crate::domain::account::Account;
use crate::domain::email::EmailAddress;
use crate::domain::event::{Event, EventKind};
use crate::domain::name::DisplayName;
use crate::domain::password::Password;
use crate::domain::session::{EndReason, SessionSelector};
use crate::store;

impl Administration {
    /// Changes the display name.
    pub async fn rename(
        &self,
        account: AccountRef,
        name: DisplayName,
    ) -> Result<ChangeOutcome, Fault> {
        self.change(account, move |unit, _, account| {
            if account.name == name {
                return Ok(changed(account));
            }
            store::accounts::rename(unit, &account, &name)?;
            let kind = EventKind::ProfileChanged;
            unit.record(Event::by_operator(kind, Some(account.id), unit.now()))?;
            Ok(ChangeOutcome::Changed(Account { name: name.clone(), ..account.into_inner() }))
        })
        .await
    }

    /// Changes the email address that the account signs in with. Its sessions go on.
    pub async fn set_email(
        &self,
        account: AccountRef,
        email: EmailAddress,
    ) -> Result<ChangeOutcome, Fault> {
        self.change(account, move |unit, _, account| {
            if account.email == email {
                return Ok(changed(account));
            }
            if store::accounts::find_by_email(unit, &email)?.is_some() {
                return Ok(ChangeOutcome::EmailTaken);
            }
            store::accounts::set_email(unit, &account, &email)?;
            let kind = EventKind::EmailChanged;
            unit.record(Event::by_operator(kind, Some(account.id), unit.now()))?;
            Ok(ChangeOutcome::Changed(Account { email: email.clone(), ..account.into_inner() }))
        })
        .await
    }

    /// Replaces the password and ends all sessions of the account.
    pub async fn set_password(
        &self,
        account: AccountRef,
        password: Password,
    ) -> Result<ChangeOutcome, Fault> {
        let Some(found) = self.store.read(move |tx| find(tx, &account)).await? else {
            return Ok(ChangeOutcome::NotFound);
        };
        let (owner, waiter) = ((&found.name, &found.email), Waiter::default());
        let hash = match self.passwords.hash(&self.hasher, password, owner, waiter).await? {
            Ok(hash) => hash,
            Err(error) => return Ok(ChangeOutcome::PasswordRefused(error)),
        };
        // By ID: the email address may have been given to another account meanwhile.
        self.change(AccountRef::Id(found.id), move |unit, _, account| {
            store::credentials::change_password(unit, &account, &hash)?;
            let reason = EndReason::PasswordChanged;
            unit.end_sessions(&account, SessionSelector::All, reason, OPERATOR)?;
            let kind = EventKind::PasswordChanged;
            unit.record(Event::by_operator(kind, Some(account.id), unit.now()))?;
            Ok(changed(account))
        })
        .await
    }
}
