//! Signing in with a password.

use super::hasher::Hasher;
use super::{Accounts, Fault, TokenPair, record};
use crate::domain::account::AccountId;
use crate::domain::device::Device;
use crate::domain::email::EmailAddress;
use crate::domain::event::{Event, EventKind};
use crate::domain::password::{Password, PasswordHash};
use crate::domain::session::{EndReason, Session, SessionId, SignIn, SignInMethod};
use crate::store::{self, StoreFault, Tx};

/// What somebody signs in with.
#[derive(Debug)]
pub struct SignInAttempt {
    pub email: EmailAddress,
    pub password: Password,
    /// Whether the session is to outlive the browser.
    pub persistent: bool,
    pub device: Device,
    /// The session this browser presented; it ends when the new one starts.
    pub replaces: Option<SessionId>,
}

impl Accounts {
    /// Starts a session for whoever knows the password; none if the address or the password is wrong. Which of the two
    /// nobody can tell: an unknown address costs the same one hash.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn sign_in(&self, attempt: SignInAttempt) -> Result<Option<TokenPair>, Fault> {
        let SignInAttempt { email, password, persistent, device, replaces } = attempt;
        let found = self.store.read(move |tx| store::accounts::find_by_email(tx, &email)).await?;
        let (account, hash) = found.unzip();
        let right = self.hasher.verify(password.clone(), hash.clone()).await?;
        let (Some(account), Some(hash), true) = (account, hash, right) else { return Ok(None) };
        self.rehash_if_weak(account.id, password, hash).await?;
        let now = self.clock.now();
        let sign_in = SignIn { method: SignInMethod::Password, persistent, device };
        let session = Session::start(SessionId(self.new_id()), account.id, sign_in, now, &self.lives);
        let stored = session.clone();
        let started = self.store.write(move |tx| {
            start_session(tx, &stored, replaces)?;
            record(tx, Event::start(EventKind::SignedIn, &stored))
        });
        started.await?;
        self.issue(&session, account.role, now).map(Some)
    }

    /// Hashes again with today's parameters while the password is at hand.
    async fn rehash_if_weak(&self, id: AccountId, password: Password, old: PasswordHash) -> Result<(), Fault> {
        if !Hasher::is_weak(&old) {
            return Ok(());
        }
        let new = self.hasher.hash(password).await?;
        Ok(self.store.write(move |tx| store::accounts::rehash(tx, id, &old, &new)).await?)
    }
}

/// Signing in always starts a new session and ends the one that was presented: a session planted in a browser is of no
/// use to whoever planted it.
pub(super) fn start_session(tx: &mut Tx<'_>, new: &Session, replaces: Option<SessionId>) -> Result<(), StoreFault> {
    if let Some(replaced) = replaces {
        store::sessions::end(tx, replaced, EndReason::SignedOut, new.created_at)?;
    }
    store::sessions::insert(tx, new)
}
