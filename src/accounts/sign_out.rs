//! Signing out.

use super::revocations::Ending;
use super::{Accounts, Fault, PresentedTokens, record};
use crate::domain::event::{Event, EventKind};
use crate::domain::session::{EndReason, SessionId};
use crate::store::{self, StoreFault, Tx};
use std::net::IpAddr;

impl Accounts {
    /// The session somebody holds a token of, whatever its generation or age: enough to end it, not to act in it.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn presented_session(
        &self,
        presented: &PresentedTokens<'_>,
    ) -> Result<Option<SessionId>, Fault> {
        if let Some(token) = presented.refresh
            && let Ok(claims) = self.verify(|codec, _| codec.verify_refresh(token)).await?
        {
            return Ok(Some(claims.session_id));
        }
        let Some(token) = presented.access else { return Ok(None) };
        Ok(self
            .verify(|codec, now| codec.verify_access(token, now))
            .await?
            .ok()
            .map(|claims| claims.session_id))
    }

    /// Ends a session. Ending one that has ended is no fault.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn sign_out(&self, id: SessionId, ip: Option<IpAddr>) -> Result<(), Fault> {
        let now = self.clock.now();
        self.write_ending(now, move |tx, ending| sign_out(tx, ending, id, ip)).await
    }
}

/// Ends a session as its holder wishes and writes it down.
pub(super) fn sign_out(
    tx: &mut Tx<'_>,
    ending: &mut Ending,
    id: SessionId,
    ip: Option<IpAddr>,
) -> Result<(), StoreFault> {
    let session = store::sessions::find(tx, id)?;
    if ending.end(tx, id, EndReason::SignedOut)?
        && let Some(session) = session
    {
        record(tx, Event::of(EventKind::SignedOut, &session, ending.now(), ip))?;
    }
    Ok(())
}
