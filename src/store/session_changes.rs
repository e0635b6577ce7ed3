//! Starting and ending sessions, with their revocations.

use super::{LockedAccount, StoreFault, Unit, accounts, revocations, sessions};
use crate::domain::event::{Event, Initiator};
use crate::domain::revocation::{Revocation, RevokedTokens};
use crate::domain::session::{EndReason, Session, SessionSelector};

impl Unit<'_> {
    /// Starts a session. Beyond `max_sessions` open ones, those unused for longest end.
    pub fn start_session(
        &mut self,
        account: &LockedAccount,
        session: &Session,
        max_sessions: i64,
    ) -> Result<(), StoreFault> {
        let by = Initiator::owner(account.id, &session.device);
        for surplus in sessions::open_beyond(self, account.id, max_sessions - 1)? {
            let surplus = SessionSelector::One(surplus.id);
            self.end_sessions(account, surplus, EndReason::SessionLimit, &by)?;
        }
        sessions::insert(self, session)
    }

    /// Ends the selected open sessions of an account, revokes their access tokens and records each
    /// end. Whoever ends all of them may have lost a device: then all devices become unknown.
    pub fn end_sessions(
        &mut self,
        account: &LockedAccount,
        selector: SessionSelector,
        reason: EndReason,
        by: &Initiator,
    ) -> Result<Vec<Session>, StoreFault> {
        let now = self.now();
        let ended = sessions::end(self, account.id, selector, reason, now)?;
        if selector == SessionSelector::All {
            accounts::forget_devices(self, account)?;
        }
        self.revoke(ended.iter().map(|session| (session, RevokedTokens::All)))?;
        let mut ends = ended.iter().map(|session| Event::session_end(session, reason, now, by));
        ends.try_for_each(|event| self.record(event))?;
        Ok(ended)
    }

    /// Ends a session if it has not changed since the decision; false if it has. The caller records
    /// it.
    pub fn end_session_if_unchanged(
        &mut self,
        _account: &LockedAccount,
        decided_on: &Session,
        reason: EndReason,
    ) -> Result<bool, StoreFault> {
        let now = self.now();
        let ended = sessions::end_if_unchanged(self, decided_on, reason, now)?;
        if ended {
            self.revoke([(decided_on, RevokedTokens::All)].into_iter())?;
        }
        Ok(ended)
    }

    /// Revokes the current access tokens of an account, but not its sessions: the next refresh
    /// issues tokens with the new role.
    pub fn revoke_access_tokens(&mut self, account: &LockedAccount) -> Result<(), StoreFault> {
        let open = sessions::open(self, account.id)?;
        self.revoke(open.iter().map(|session| (session, RevokedTokens::UpTo(session.generation))))
    }

    /// A revocation is kept until the last token it concerns has expired. The lifetime that servers
    /// record with their keys decides, because a command may run with other settings.
    fn revoke<'s>(
        &mut self,
        tokens: impl Iterator<Item = (&'s Session, RevokedTokens)>,
    ) -> Result<(), StoreFault> {
        let now = self.now();
        let until = revocations::until(self, now)?;
        let of =
            |(session, tokens): (&Session, _)| Revocation { session_id: session.id, tokens, until };
        let revocations: Vec<Revocation> = tokens.map(of).collect();
        revocations::insert(self, &revocations, now)?;
        self.effects.revocations.extend(revocations);
        Ok(())
    }
}
