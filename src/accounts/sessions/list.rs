//! A user's own sessions: listing and ending them.

use super::Sessions;
use crate::accounts::Fault;
use crate::domain::claims::AccessClaims;
use crate::domain::device::Device;
use crate::domain::event::{Event, EventKind};
use crate::domain::session::{EndReason, Session, SessionSelector};
use crate::store::{self, LockedAccount, StoreFault, Unit};

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
    let Some((account, _)) = account.zip(this) else { return Ok(EndSessionsOutcome::SignedOut) };
    let reason = match selector {
        SessionSelector::All => EndReason::Everywhere,
        SessionSelector::One(_) | SessionSelector::AllExcept(_) => EndReason::EndedElsewhere,
    };
    let ended = unit.end_sessions(&account, selector, reason)?;
    let event = |session| Event::by_owner(EventKind::SessionEnded, session, unit.now(), device);
    let events = ended.iter().map(event).collect();
    unit.record_all(events)?;
    match selector {
        SessionSelector::One(_) if ended.is_empty() => not_ended(unit, &account, selector),
        _ => Ok(EndSessionsOutcome::Ended(ended.len())),
    }
}

/// Why the one selected session was not ended.
fn not_ended(
    unit: &mut Unit<'_>,
    account: &LockedAccount,
    selector: SessionSelector,
) -> Result<EndSessionsOutcome, StoreFault> {
    let SessionSelector::One(id) = selector else { return Ok(EndSessionsOutcome::Ended(0)) };
    let found = store::sessions::find_of(unit, account.id, id)?;
    Ok(found.map_or(EndSessionsOutcome::NotFound, |_| EndSessionsOutcome::AlreadyEnded))
}
