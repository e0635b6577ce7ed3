//! Starting and ending sessions, with their revocations.

use super::{LockedAccount, StoreFault, Unit, accounts, revocations, sessions};
use crate::domain::event::{Event, EventKind};
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
        for surplus in sessions::open_beyond(self, account.id, max_sessions - 1)? {
            self.end_sessions(account, SessionSelector::One(surplus.id), EndReason::SessionLimit)?;
            let event =
                Event::by_owner(EventKind::SessionEnded, &surplus, self.now(), &session.device);
            self.record(event.with_detail("reason", EndReason::SessionLimit.into_str()))?;
        }
        sessions::insert(self, session)
    }

    /// Ends the selected open sessions of an account and revokes their access tokens. Whoever ends
    /// all of them, or all others, may have lost a device: then all devices become unknown.
    pub fn end_sessions(
        &mut self,
        account: &LockedAccount,
        selector: SessionSelector,
        reason: EndReason,
    ) -> Result<Vec<Session>, StoreFault> {
        let now = self.now();
        let ended = sessions::end(self, account.id, selector, reason, now)?;
        match selector {
            SessionSelector::All | SessionSelector::AllExcept(_) => {
                accounts::forget_devices(self, account)?;
            }
            SessionSelector::One(_) => {}
        }
        self.revoke(ended.iter().map(|session| (session, RevokedTokens::All)))?;
        Ok(ended)
    }

    /// Ends a session if it has not changed since the decision; false if it has.
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
