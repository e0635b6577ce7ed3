//! Signing out.

use super::{PresentedTokens, Sessions};
use crate::accounts::Fault;
use crate::accounts::signing_keys::VerifyError;
use crate::domain::device::Device;
use crate::domain::event::{Event, EventKind};
use crate::domain::session::{EndReason, SessionId, SessionSelector};
use crate::store::{self, StoreFault, Unit};

impl Sessions {
    /// The session of the presented tokens, whatever their generation and even if they have
    /// expired: enough to end it, not to act in it. None only if no token is ours; undecided is a
    /// fault.
    pub async fn presented(
        &self,
        presented: PresentedTokens<'_>,
    ) -> Result<Option<SessionId>, Fault> {
        let mut undecided = false;
        if let Some(token) = presented.refresh {
            match self.keys.verify_refresh(token).await {
                Ok(claims) => return Ok(Some(claims.session_id)),
                Err(VerifyError::Undecided) => undecided = true,
                Err(VerifyError::Expired | VerifyError::Invalid) => {}
            }
        }
        if let Some(token) = presented.access {
            match self.keys.identify_access(token).await {
                Ok(claims) => return Ok(Some(claims.session_id)),
                Err(VerifyError::Undecided) => undecided = true,
                Err(VerifyError::Expired | VerifyError::Invalid) => {}
            }
        }
        if undecided { Err(Fault::Undecided) } else { Ok(None) }
    }

    /// Ends a session. If it has ended already, nothing changes.
    pub async fn sign_out(&self, id: SessionId, device: Device) -> Result<(), Fault> {
        let now = self.clock.now();
        Ok(self.store.write(now, move |unit| sign_out(unit, id, &device)).await?)
    }
}

/// Ends a session on behalf of the holder of its tokens.
pub(super) fn sign_out(
    unit: &mut Unit<'_>,
    id: SessionId,
    device: &Device,
) -> Result<(), StoreFault> {
    let Some(session) = store::sessions::find(unit, id)? else { return Ok(()) };
    let Some(account) = unit.lock(session.account_id)? else { return Ok(()) };
    let ended = unit.end_sessions(&account, SessionSelector::One(id), EndReason::SignedOut)?;
    if ended.is_empty() {
        return Ok(());
    }
    unit.record(Event::by_owner(EventKind::SignedOut, &session, unit.now(), device))
}
