//! A user's own sessions: listing and ending them.

use super::Sessions;
use crate::accounts::Fault;
use crate::domain::claims::AccessClaims;
use crate::domain::device::Device;
use crate::domain::event::{Event, EventKind, Initiator};
use crate::domain::session::{EndReason, Session, SessionId, SessionSelector};
use crate::store::{self, StoreFault, Unit};

/// The active sessions of an account.
#[derive(Debug)]
pub struct OwnSessions {
    pub this: Session,
    /// Last seen first.
    pub others: Vec<Session>,
}

/// Whether sessions were ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndSessionsOutcome {
    /// How many were ended.
    Ended(usize),
    /// The selected session had ended before.
    AlreadyEnded,
    /// The account has no such session.
    NotFound,
    /// The session of the request has ended in the meantime.
    SignedOut,
}

impl Sessions {
    /// The sessions of the account of these claims; none if the session of the request has ended.
    pub async fn list(&self, claims: AccessClaims) -> Result<Option<OwnSessions>, Fault> {
        let now = self.clock.now();
        let open = self.store.read(move |tx| store::sessions::open(tx, claims.account_id)).await?;
        let alive = open.into_iter().filter(|session| session.is_alive(now));
        let (mut this, others): (Vec<_>, Vec<_>) =
            alive.partition(|session| session.id == claims.session_id);
        let own = this.pop().map(|this| OwnSessions { this, others });
        if own.is_none() {
            self.mark_revoked(&claims);
        }
        Ok(own)
    }

    /// Ends sessions of the account of these claims, never those of another account.
    pub async fn end(
        &self,
        claims: AccessClaims,
        selector: SessionSelector,
        device: Device,
    ) -> Result<EndSessionsOutcome, Fault> {
        let now = self.clock.now();
        let ended = self.store.write(now, move |unit| end(unit, &claims, selector, &device));
        let outcome = ended.await?;
        if outcome == EndSessionsOutcome::SignedOut {
            self.mark_revoked(&claims);
        }
        Ok(outcome)
    }
}

fn end(
    unit: &mut Unit<'_>,
    claims: &AccessClaims,
    selector: SessionSelector,
    device: &Device,
) -> Result<EndSessionsOutcome, StoreFault> {
    let account = unit.lock(claims.account_id)?;
    let this = store::sessions::find_of(unit, claims.account_id, claims.session_id)?;
    let this = this.filter(|session| session.is_alive(unit.now()));
    let Some((account, this)) = account.zip(this) else { return Ok(EndSessionsOutcome::SignedOut) };
    let reason = match selector {
        SessionSelector::All => EndReason::Everywhere,
        SessionSelector::One(_) | SessionSelector::AllExcept(_) => EndReason::EndedElsewhere,
    };
    let by = Initiator::owner(account.id, device);
    let ended = unit.end_sessions(&account, selector, reason, &by)?;
    match selector {
        SessionSelector::One(id) if ended.is_empty() => not_ended(unit, id, &this, device),
        _ => Ok(EndSessionsOutcome::Ended(ended.len())),
    }
}

/// Why the selected session was not ended. To the user, one of another account does not exist.
fn not_ended(
    unit: &mut Unit<'_>,
    selected: SessionId,
    this: &Session,
    device: &Device,
) -> Result<EndSessionsOutcome, StoreFault> {
    match store::sessions::find(unit, selected)? {
        None => Ok(EndSessionsOutcome::NotFound),
        Some(found) if found.account_id == this.account_id => Ok(EndSessionsOutcome::AlreadyEnded),
        Some(_) => {
            let kind = EventKind::ForeignSessionRefused;
            let event = Event::by_owner(kind, this, unit.now(), device).refused();
            unit.record(event.with_detail("requested_session", &selected.0.to_string()))?;
            Ok(EndSessionsOutcome::NotFound)
        }
    }
}
