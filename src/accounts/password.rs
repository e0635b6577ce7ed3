//! Changing the password.

use super::revocations::Ending;
use super::sign_in::new_session;
use super::{Accounts, Fault, TokenPair, record};
use crate::domain::account::Role;
use crate::domain::claims::AccessClaims;
use crate::domain::device::Device;
use crate::domain::event::{Event, EventKind};
use crate::domain::password::{Password, PasswordHash};
use crate::domain::session::{EndReason, Session, SessionId, SignIn, SignInMethod};
use crate::store::{self, StoreFault, Tx};

/// What somebody changes their password with.
#[derive(Debug)]
pub struct PasswordChange {
    pub current: Password,
    pub new: Password,
    pub device: Device,
}

/// What became of it.
#[derive(Debug)]
pub enum PasswordChanged {
    /// All sessions have ended, and this browser goes on in a new one.
    Yes(Box<TokenPair>),
    WrongPassword,
    /// The asking session has ended meanwhile.
    NotSignedIn,
}

impl Accounts {
    /// Changes the password of whoever holds these claims and knows the current one: whoever else was signed in is out.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn change_password(
        &self,
        claims: AccessClaims,
        change: PasswordChange,
    ) -> Result<PasswordChanged, Fault> {
        self.check_signing()?;
        let id = claims.account_id;
        let Some(profile) = self.profile(claims).await? else {
            return Ok(PasswordChanged::NotSignedIn);
        };
        let found = self.store.read(move |tx| store::accounts::find_with_hash(tx, id)).await?;
        let old = found.map(|(_, hash)| hash);
        if !self.hasher.verify(change.current, old.clone()).await? {
            return Ok(PasswordChanged::WrongPassword);
        }
        let Some(old) = old else { return Ok(PasswordChanged::NotSignedIn) };
        let new = self.hasher.hash(change.new).await?;
        let now = self.clock.now();
        let persistent = profile.session.persistent;
        let sign_in = SignIn { method: SignInMethod::Password, persistent, device: change.device };
        let session = new_session(id, sign_in, now, &self.lifetimes);
        let replacement =
            Replacement { asking: claims.session_id, old, new, next: session.clone() };
        match self.write_ending(now, move |tx, ending| replacement.carry_out(tx, ending)).await? {
            Replaced::WrongPassword => Ok(PasswordChanged::WrongPassword),
            Replaced::NotSignedIn => {
                self.mark_revoked(&claims);
                Ok(PasswordChanged::NotSignedIn)
            }
            Replaced::Yes(role) => {
                Ok(PasswordChanged::Yes(Box::new(self.issue(&session, role, now)?)))
            }
        }
    }
}

/// A change of password as it was decided on, before the hashing took its time.
struct Replacement {
    asking: SessionId,
    old: PasswordHash,
    new: PasswordHash,
    /// The session to go on in.
    next: Session,
}

impl Replacement {
    fn carry_out(&self, tx: &mut Tx<'_>, ending: &mut Ending) -> Result<Replaced, StoreFault> {
        let id = self.next.account_id;
        // The session may have been ended meanwhile, and ended wins.
        let asking = store::sessions::find(tx, self.asking)?;
        if !asking.is_some_and(|asking| asking.is_alive(ending.now())) {
            return Ok(Replaced::NotSignedIn);
        }
        // A parallel change came first: the password that was shown is no longer the current one.
        if !store::accounts::rehash(tx, id, &self.old, &self.new)? {
            return Ok(Replaced::WrongPassword);
        }
        for other in store::sessions::not_ended(tx, id)? {
            ending.end(tx, other.id, EndReason::PasswordChanged)?;
        }
        store::sessions::insert(tx, &self.next)?;
        record(tx, Event::start(EventKind::PasswordChanged, &self.next))?;
        // The role may have changed, too.
        let account = store::accounts::find(tx, id)?;
        Ok(account.map_or(Replaced::NotSignedIn, |account| Replaced::Yes(account.role)))
    }
}

/// What the transaction made of it.
enum Replaced {
    /// For an account with this role.
    Yes(Role),
    WrongPassword,
    NotSignedIn,
}
