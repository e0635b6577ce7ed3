//! Starting and ending sessions, with the revocations that belong to it.

use super::{LockedAccount, StoreFault, Unit, revocations, sessions};
use crate::domain::revocation::{Revocation, RevokedTokens};
use crate::domain::session::{EndReason, Session, SessionSelector};

impl Unit<'_> {
    /// Starts a session. Beyond `max_sessions` open ones the account's longest unused end.
    pub fn start_session(
        &mut self,
        account: &LockedAccount,
        session: &Session,
        max_sessions: i64,
    ) -> Result<(), StoreFault> {
        let surplus = sessions::open_beyond(self, account.id, max_sessions - 1)?;
        for id in surplus {
            self.end_sessions(account, SessionSelector::One(id), EndReason::SessionLimit)?;
        }
        sessions::insert(self, session)
    }

    /// Ends the selected open sessions of an account and revokes their access tokens.
    pub fn end_sessions(
        &mut self,
        account: &LockedAccount,
        selector: SessionSelector,
        reason: EndReason,
    ) -> Result<Vec<Session>, StoreFault> {
        let now = self.now();
        let ended = sessions::end(self, account.id, selector, reason, now)?;
        self.revoke(ended.iter().map(|session| (session, RevokedTokens::All)))?;
        Ok(ended)
    }

    /// Ends a session if it is still as it was decided on; false if it has changed.
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

    /// Revokes the current access tokens of an account, but not its sessions: the next refresh gets
    /// tokens with what has changed.
    pub fn revoke_access_tokens(&mut self, account: &LockedAccount) -> Result<(), StoreFault> {
        let open = sessions::open(self, account.id)?;
        self.revoke(open.iter().map(|session| (session, RevokedTokens::UpTo(session.generation))))
    }

    /// A revocation is kept until the last token it concerns has expired: that is known from the
    /// lifetimes servers note with their keys, since an operator's command may run with other
    /// settings.
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
