//! A person's sessions: seen, and ended.

use super::{Accounts, Fault, record};
use crate::domain::claims::AccessClaims;
use crate::domain::event::{Event, EventKind};
use crate::domain::session::{EndReason, Session, SessionId};
use crate::store;
use std::net::IpAddr;

/// Which sessions to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionSelector {
    One(SessionId),
    Others,
    All,
}

/// The living sessions of a person.
#[derive(Debug)]
pub struct OwnSessions {
    pub this: Session,
    /// Last seen first.
    pub others: Vec<Session>,
}

impl Accounts {
    /// The living sessions of whoever holds these claims; none if the asking session has ended meanwhile.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn sessions(&self, claims: AccessClaims) -> Result<Option<OwnSessions>, Fault> {
        let now = self.clock.now();
        let found =
            self.store.read(move |tx| store::sessions::not_ended(tx, claims.account_id)).await?;
        let living = found.into_iter().filter(|session| session.is_alive(now));
        let (mut this, others): (Vec<_>, Vec<_>) =
            living.partition(|session| session.id == claims.session_id);
        let own = this.pop().map(|this| OwnSessions { this, others });
        if own.is_none() {
            self.mark_revoked(&claims);
        }
        Ok(own)
    }

    /// Ends sessions of whoever holds these claims; how many. Other people's are not among them. None if the asking session has
    /// ended meanwhile: a dead token ends nothing.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn end_sessions(
        &self,
        claims: AccessClaims,
        which: SessionSelector,
        ip: Option<IpAddr>,
    ) -> Result<Option<usize>, Fault> {
        let now = self.clock.now();
        let reason = if which == SessionSelector::All {
            EndReason::Everywhere
        } else {
            EndReason::EndedElsewhere
        };
        let done = self.write_ending(now, move |tx, ending| {
            let own = store::sessions::not_ended(tx, claims.account_id)?;
            let living: Vec<&Session> =
                own.iter().filter(|session| session.is_alive(now)).collect();
            if !living.iter().any(|session| session.id == claims.session_id) {
                return Ok(None);
            }
            let mut count = 0;
            for session in
                living.into_iter().filter(|session| which.takes(session.id, claims.session_id))
            {
                if ending.end(tx, session.id, reason)? {
                    record(tx, Event::of(EventKind::SessionEnded, session, now, ip))?;
                    count += 1;
                }
            }
            Ok(Some(count))
        });
        let done = done.await?;
        if done.is_none() {
            self.mark_revoked(&claims);
        }
        Ok(done)
    }
}

impl SessionSelector {
    fn takes(self, session: SessionId, asking: SessionId) -> bool {
        match self {
            SessionSelector::One(id) => session == id,
            SessionSelector::Others => session != asking,
            SessionSelector::All => true,
        }
    }
}
