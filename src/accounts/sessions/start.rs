//! Starting a session.

use super::Sessions;
use super::sign_out::sign_out;
use crate::domain::Time;
use crate::domain::account::AccountId;
use crate::domain::authentication_method::AuthenticationMethods;
use crate::domain::device::Device;
use crate::domain::event::{Event, EventKind, Initiator};
use crate::domain::new_id;
use crate::domain::session::{Session, SessionId, SignIn};
use crate::store::{self, LockedAccount, StoreFault, Unit};

/// The data to start a session with.
pub struct NewSession {
    pub methods: AuthenticationMethods,
    /// Whether its cookies are kept when the browser is closed.
    pub persistent: bool,
    pub device: Device,
    /// The session that the browser presented; it ends when the new one starts.
    pub replaces: Option<SessionId>,
}

/// A session ready to be stored.
pub struct SessionStart {
    pub session: Session,
    replaces: Option<SessionId>,
    max_sessions: i64,
}

impl Sessions {
    /// Prepares a session of this account that starts now.
    pub(in crate::accounts) fn prepare(
        &self,
        account: AccountId,
        new: NewSession,
        now: Time,
    ) -> SessionStart {
        let NewSession { methods, persistent, device, replaces } = new;
        let sign_in = SignIn { methods, persistent, device };
        let id = SessionId(new_id(now));
        let session = Session::start(id, account, sign_in, now, &self.policy.lifetimes);
        SessionStart { session, replaces, max_sessions: self.policy.max_sessions }
    }
}

impl SessionStart {
    /// Locks the account; none if it does not exist. The account of the session that was presented
    /// comes first if its ID is lower: two browsers that sign in to each other's account would
    /// otherwise wait for each other.
    pub fn lock(&self, unit: &mut Unit<'_>) -> Result<Option<LockedAccount>, StoreFault> {
        let own = self.session.account_id;
        let replaced = self.replaced(unit)?.map(|session| session.account_id);
        if let Some(other) = replaced.filter(|other| *other < own) {
            unit.lock(other)?;
        }
        unit.lock(own)
    }

    /// Stores the session and ends the one that was presented, so that an attacker who planted it
    /// has no use of it.
    pub fn store(
        &self,
        unit: &mut Unit<'_>,
        account: &LockedAccount,
        kind: EventKind,
    ) -> Result<(), StoreFault> {
        self.end_replaced(unit, account)?;
        unit.start_session(account, &self.session, self.max_sessions)?;
        unit.record(Event::session_start(kind, &self.session))
    }

    /// The session that was presented may be one of another account.
    fn end_replaced(&self, unit: &mut Unit<'_>, by: &LockedAccount) -> Result<(), StoreFault> {
        let Some(replaced) = self.replaced(unit)? else { return Ok(()) };
        sign_out(unit, &replaced, &Initiator::owner(by.id, &self.session.device))
    }

    fn replaced(&self, unit: &mut Unit<'_>) -> Result<Option<Session>, StoreFault> {
        self.replaces.map_or(Ok(None), |id| store::sessions::find(unit, id))
    }
}
