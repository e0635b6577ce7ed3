//! Signing up.

use super::hash_queue::Waiter;
use super::limits::TooManyAttempts;
use super::sessions::{NewSession, TokenPair};
use super::{Accounts, Fault};
use crate::domain::account::{Account, AccountId, Role};
use crate::domain::authentication_method::AuthenticationMethod;
use crate::domain::device::Device;
use crate::domain::email::EmailAddress;
use crate::domain::event::{Event, EventKind};
use crate::domain::name::DisplayName;
use crate::domain::new_id;
use crate::domain::password::{Password, PasswordError};
use crate::domain::session::SessionId;
use crate::store::{self, StoreFault, Unit};

/// The data of a sign-up.
#[derive(Debug)]
pub struct NewAccount {
    pub name: DisplayName,
    pub email: EmailAddress,
    pub password: Password,
    pub device: Device,
    /// The device token that the browser presented.
    pub device_token: Option<String>,
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
    TooManyAttempts(TooManyAttempts),
}

impl Accounts {
    /// Creates an account and signs it in, in one transaction.
    pub async fn sign_up(&self, new: NewAccount) -> Result<SignUpOutcome, Fault> {
        if !self.registration_open() {
            return Ok(SignUpOutcome::Closed);
        }
        self.sessions.check_signing()?;
        let (address, now) = (new.device.address, self.clock.now());
        if let Err(refused) = self.limits.admit_sign_up(address, now) {
            return Ok(SignUpOutcome::TooManyAttempts(refused));
        }
        let (owner, waiter) = ((&new.name, &new.email), Waiter::stranger(address));
        let passwords = &self.policy.passwords;
        let hash = match passwords.hash(&self.hasher, new.password, owner, waiter).await? {
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
            let Some(locked) = store::accounts::insert(unit, &created)? else {
                return record_taken(unit, &created.email, &start.session.device).map(|()| false);
            };
            store::credentials::insert_password(unit, &locked, &hash)?;
            start.store(unit, &locked, EventKind::SignedUp).map(|()| true)
        });
        if !stored.await? {
            return Ok(SignUpOutcome::EmailTaken);
        }
        let device = self.limits.device_token(new.device_token.as_deref(), account.id, now);
        let tokens = self.sessions.issue(&session, account.role, now)?.on_device(device);
        Ok(SignUpOutcome::SignedUp { tokens: Box::new(tokens), account })
    }
}

/// Somebody tried to sign up with the email address of an account: an event of that account.
fn record_taken(
    unit: &mut Unit<'_>,
    email: &EmailAddress,
    device: &Device,
) -> Result<(), StoreFault> {
    let Some(found) = store::accounts::find_by_email(unit, email)? else { return Ok(()) };
    let Some(owner) = unit.lock(found.id)? else { return Ok(()) };
    let (kind, now) = (EventKind::SignUpRefused, unit.now());
    unit.record(Event::refused_to_anonymous(kind, owner.id, "email_taken", now, device))
}
