//! Signing out.

use super::{PresentedTokens, Sessions};
use crate::accounts::Fault;
use crate::accounts::signing_keys::VerifyError;
use crate::domain::device::Device;
use crate::domain::event::Initiator;
use crate::domain::session::{EndReason, Session, SessionId, SessionSelector};
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
        let ended = self.store.write(now, move |unit| {
            let Some(session) = store::sessions::find(unit, id)? else { return Ok(()) };
            sign_out(unit, &session, &Initiator::owner(session.account_id, &device))
        });
        Ok(ended.await?)
    }
}

/// Ends a session on behalf of the holder of its tokens.
pub(super) fn sign_out(
    unit: &mut Unit<'_>,
    session: &Session,
    by: &Initiator,
) -> Result<(), StoreFault> {
    let Some(account) = unit.lock(session.account_id)? else { return Ok(()) };
    let this = SessionSelector::One(session.id);
    unit.end_sessions(&account, this, EndReason::SignedOut, by).map(drop)
}
