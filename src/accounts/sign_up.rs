//! Signing up.

use super::sessions::{NewSession, TokenPair};
use super::{Accounts, Fault};
use crate::domain::account::{Account, AccountId, Role};
use crate::domain::authentication_method::AuthenticationMethod;
use crate::domain::device::Device;
use crate::domain::email::EmailAddress;
use crate::domain::event::EventKind;
use crate::domain::name::DisplayName;
use crate::domain::new_id;
use crate::domain::password::{Password, PasswordError};
use crate::domain::session::SessionId;
use crate::store::{self, Unit};

/// The data of a sign-up.
#[derive(Debug)]
pub struct NewAccount {
    pub name: DisplayName,
    pub email: EmailAddress,
    pub password: Password,
    pub device: Device,
    /// Whether the session is kept when the browser is closed; true for API clients.
    pub persistent: bool,
    /// The session that the browser presented; it ends when the new one starts.
    pub replaces: Option<SessionId>,
}

/// Whether the account was created.
#[derive(Debug)]
pub enum SignUpOutcome {
    SignedUp {
        tokens: Box<TokenPair>,
        account: Account,
    },
    EmailTaken,
    PasswordRefused(PasswordError),
    /// Registration is closed.
    Closed,
}

impl Accounts {
    /// Creates an account and signs it in, in one transaction.
    pub async fn sign_up(&self, new: NewAccount) -> Result<SignUpOutcome, Fault> {
        if !self.registration_open() {
            return Ok(SignUpOutcome::Closed);
        }
        self.sessions.check_signing()?;
        let owner = (&new.name, &new.email);
        let hash = match self.policy.passwords.hash(&self.hasher, new.password, owner).await? {
            Ok(hash) => hash,
            Err(error) => return Ok(SignUpOutcome::PasswordRefused(error)),
        };
        let now = self.clock.now();
        let account = Account {
            id: AccountId(new_id(now)),
            email: new.email,
            name: new.name,
            role: Role::User,
            created_at: now,
            disabled_at: None,
        };
        let methods = AuthenticationMethod::Password.into();
        let start = NewSession {
            methods,
            persistent: new.persistent,
            device: new.device,
            replaces: new.replaces,
        };
        let start = self.sessions.prepare(account.id, start, now);
        let created = account.clone();
        let session = start.session.clone();
        let stored = self.store.write(now, move |unit: &mut Unit<'_>| {
            let Some(locked) = store::accounts::insert(unit, &created)? else { return Ok(false) };
            store::credentials::insert_password(unit, &locked, &hash)?;
            start.store(unit, &locked, EventKind::SignedUp).map(|()| true)
        });
        if !stored.await? {
            return Ok(SignUpOutcome::EmailTaken);
        }
        let tokens = Box::new(self.sessions.issue(&session, account.role, now)?);
        Ok(SignUpOutcome::SignedUp { tokens, account })
    }
}
