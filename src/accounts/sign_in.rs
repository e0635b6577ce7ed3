//! Signing in with a password.

use super::hasher::Hasher;
use super::revocations::Ending;
use super::sign_out::sign_out;
use super::{Accounts, Fault, TokenPair, new_id, record};
use crate::domain::Time;
use crate::domain::account::{Account, AccountId};
use crate::domain::device::Device;
use crate::domain::email::EmailAddress;
use crate::domain::event::{Event, EventKind};
use crate::domain::lifetimes::Lifetimes;
use crate::domain::password::{Password, PasswordHash};
use crate::domain::session::{Session, SessionId, SignIn, SignInMethod};
use crate::store::{self, StoreFault, Tx};
use tracing::field::display;

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
    /// Starts a session for whoever knows the password; none if the address or the password is wrong, or the account is
    /// disabled. Which of these nobody can tell: each costs the same one hash.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn sign_in(
        &self,
        attempt: SignInAttempt,
    ) -> Result<Option<(TokenPair, Account)>, Fault> {
        self.check_signing()?;
        let SignInAttempt { email, password, persistent, device, replaces } = attempt;
        let found = self.store.read(move |tx| store::accounts::find_by_email(tx, &email)).await?;
        let (account, hash) = found.unzip();
        let right = self.hasher.verify(password.clone(), hash.clone()).await?;
        let open = account.clone().filter(|account| !account.is_disabled());
        let (Some(account), Some(hash), true) = (open, hash, right) else {
            let (account, ip) =
                (account.map(|account| display(account.id.0)), device.ip.map(display));
            tracing::warn!(event = "sign_in_refused", account, ip, "security event");
            return Ok(None);
        };
        let verified = self.rehash_if_weak(account.id, password, hash).await?;
        let now = self.clock.now();
        let sign_in = SignIn { method: SignInMethod::Password, persistent, device };
        let session = new_session(account.id, sign_in, now, &self.lifetimes);
        let stored = session.clone();
        let started = self.write_ending(now, move |tx, ending| {
            // A changed password and a disabled account end all sessions, and a role may have changed while we hashed: nothing that
            // began before must slip in after it.
            let unchanged =
                |(account, hash): &(Account, _)| !account.is_disabled() && *hash == verified;
            let found = store::accounts::find_with_hash(tx, stored.account_id)?.filter(unchanged);
            let Some((account, _)) = found else { return Ok(None) };
            start_session(tx, ending, &stored, replaces)?;
            record(tx, Event::start(EventKind::SignedIn, &stored))?;
            Ok(Some(account))
        });
        let Some(account) = started.await? else { return Ok(None) };
        Ok(Some((self.issue(&session, account.role, now)?, account)))
    }

    /// Hashes again with today's parameters while the password is at hand; gives the hash that is stored then.
    async fn rehash_if_weak(
        &self,
        id: AccountId,
        password: Password,
        old: PasswordHash,
    ) -> Result<PasswordHash, Fault> {
        if !Hasher::is_weak(&old) {
            return Ok(old);
        }
        let new = self.hasher.hash(password).await?;
        let stored = new.clone();
        self.store.write(move |tx| store::accounts::rehash(tx, id, &old, &stored)).await?;
        Ok(new)
    }
}

/// A session that starts now.
pub(super) fn new_session(
    account: AccountId,
    sign_in: SignIn,
    now: Time,
    lifetimes: &Lifetimes,
) -> Session {
    Session::start(SessionId(new_id(now)), account, sign_in, now, lifetimes)
}

/// Signing in always starts a new session and ends the one that was presented: a session planted in a browser is of no
/// use to whoever planted it.
pub(super) fn start_session(
    tx: &mut Tx<'_>,
    ending: &mut Ending,
    new: &Session,
    replaces: Option<SessionId>,
) -> Result<(), StoreFault> {
    if let Some(replaced) = replaces {
        sign_out(tx, ending, replaced, new.device.ip)?;
    }
    store::sessions::insert(tx, new)
}
