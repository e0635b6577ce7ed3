//! Registering.

use super::sign_in::{new_session, start_session};
use super::{Accounts, Fault, TokenPair, record};
use crate::domain::account::{Account, AccountId, Role};
use crate::domain::device::Device;
use crate::domain::email::EmailAddress;
use crate::domain::event::{Event, EventKind};
use crate::domain::name::DisplayName;
use crate::domain::password::Password;
use crate::domain::session::{SessionId, SignIn, SignInMethod};
use crate::store;
use crate::store::accounts::Inserted;

/// What somebody registers with.
#[derive(Debug)]
pub struct NewAccount {
    pub name: DisplayName,
    pub email: EmailAddress,
    pub password: Password,
    pub device: Device,
    /// Whether the session is to outlive the browser, as that of a program does.
    pub persistent: bool,
    /// The session this browser presented; it ends when the new one starts.
    pub replaces: Option<SessionId>,
}

/// Why somebody could not register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUpRefusal {
    /// The operator lets nobody register.
    Closed,
    EmailTaken,
}

impl Accounts {
    /// Makes an account and signs it in: account, session and audit entry together or not at all.
    ///
    /// # Errors
    /// `Fault`; a taken address is a value.
    pub async fn sign_up(
        &self,
        new: NewAccount,
    ) -> Result<Result<(TokenPair, Account), SignUpRefusal>, Fault> {
        if !self.registration_open() {
            return Ok(Err(SignUpRefusal::Closed));
        }
        self.check_signing()?;
        let hash = self.hasher.hash(new.password).await?;
        let now = self.clock.now();
        let id = AccountId(self.new_id());
        let role = Role::User;
        let account = Account {
            id,
            email: new.email,
            name: new.name,
            role,
            created_at: now,
            disabled_at: None,
        };
        let sign_in = SignIn {
            method: SignInMethod::Registration,
            persistent: new.persistent,
            device: new.device,
        };
        let session = new_session(id, sign_in, now, &self.lifetimes);
        let (stored_account, stored) = (account.clone(), session.clone());
        let inserted = self.write_ending(now, move |tx, ending| {
            let inserted = store::accounts::insert(tx, &stored_account, &hash)?;
            if inserted == Inserted::Yes {
                start_session(tx, ending, &stored, new.replaces)?;
                record(tx, Event::start(EventKind::Registered, &stored))?;
            }
            Ok(inserted)
        });
        let inserted = inserted.await?;
        match inserted {
            Inserted::Yes => Ok(Ok((self.issue(&session, account.role, now)?, account))),
            Inserted::EmailTaken => Ok(Err(SignUpRefusal::EmailTaken)),
        }
    }
}
