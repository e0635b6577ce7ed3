//! Signing out.

use super::{Accounts, Fault, Presented, record};
use crate::domain::event::{Event, EventKind};
use crate::domain::session::{EndReason, SessionId};
use crate::store;
use std::net::IpAddr;

impl Accounts {
    /// The session somebody holds a token of, whatever its generation or age: enough to end it, not to act in it.
    #[must_use]
    pub fn presented_session(&self, presented: &Presented<'_>) -> Option<SessionId> {
        let by_refresh = presented.refresh.and_then(|token| self.codec.verify_refresh(token).ok());
        let by_access = || presented.access.and_then(|token| self.codec.verify_access(token, self.clock.now()).ok());
        by_refresh.map(|claims| claims.session_id).or_else(|| by_access().map(|claims| claims.session_id))
    }

    /// Ends a session. Ending one that has ended is no fault.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn sign_out(&self, id: SessionId, ip: Option<IpAddr>) -> Result<(), Fault> {
        let now = self.clock.now();
        let done = self.store.write(move |tx| {
            let session = store::sessions::find(tx, id)?;
            if store::sessions::end(tx, id, EndReason::SignedOut, now)?
                && let Some(session) = session
            {
                record(tx, Event::of(EventKind::SignedOut, &session, now, ip))?;
            }
            Ok(())
        });
        Ok(done.await?)
    }
}
