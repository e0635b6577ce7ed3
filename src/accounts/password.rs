//! Changing the password.

use super::sign_in::new_session;
use super::{Accounts, Fault, TokenPair, record};
use crate::domain::claims::AccessClaims;
use crate::domain::device::Device;
use crate::domain::event::{Event, EventKind};
use crate::domain::password::Password;
use crate::domain::session::{EndReason, SignIn, SignInMethod};
use crate::store;

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
        let id = claims.account_id;
        let Some(profile) = self.profile(claims).await? else { return Ok(PasswordChanged::NotSignedIn) };
        let old = self.store.read(move |tx| store::accounts::hash(tx, id)).await?;
        if !self.hasher.verify(change.current, old.clone()).await? {
            return Ok(PasswordChanged::WrongPassword);
        }
        let Some(old) = old else { return Ok(PasswordChanged::NotSignedIn) };
        let new = self.hasher.hash(change.new).await?;
        let now = self.clock.now();
        let persistent = profile.session.persistent;
        let sign_in = SignIn { method: SignInMethod::Password, persistent, device: change.device };
        let session = new_session(id, sign_in, now, &self.lives);
        let stored = session.clone();
        let changed = self.write_ending(now, move |tx, ending| {
            // Hashing took its time: the session may have been ended meanwhile, and ended wins.
            let asking = store::sessions::find(tx, claims.session_id)?;
            if !asking.is_some_and(|asking| asking.is_alive(now)) {
                return Ok(Replaced::NotSignedIn);
            }
            // A parallel change came first: the password that was shown is no longer the current one.
            if !store::accounts::rehash(tx, id, &old, &new)? {
                return Ok(Replaced::WrongPassword);
            }
            for other in store::sessions::not_ended(tx, id)? {
                ending.end(tx, other.id, EndReason::PasswordChanged)?;
            }
            store::sessions::insert(tx, &stored)?;
            record(tx, Event::start(EventKind::PasswordChanged, &stored))?;
            Ok(Replaced::Yes)
        });
        match changed.await? {
            Replaced::WrongPassword => Ok(PasswordChanged::WrongPassword),
            Replaced::NotSignedIn => {
                self.found_ended(&claims);
                Ok(PasswordChanged::NotSignedIn)
            }
            Replaced::Yes => {
                let pair = self.issue(&session, profile.account.role, now)?;
                Ok(PasswordChanged::Yes(Box::new(pair)))
            }
        }
    }
}

/// What the transaction made of it.
enum Replaced {
    Yes,
    WrongPassword,
    NotSignedIn,
}
