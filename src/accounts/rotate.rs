//! Renewing a session from its refresh token: one trip around the pure decision of `domain::rotation`.

use super::revocations::Ending;
use super::{Accounts, Fault, Refusal, TokenPair, record};
use crate::domain::account::Role;
use crate::domain::claims::RefreshClaims;
use crate::domain::event::{Event, EventKind};
use crate::domain::lifetimes::Lifetimes;
use crate::domain::rotation::{Decision, Step, decide};
use crate::domain::session::{EndReason, Session};
use crate::domain::{Span, Time};
use crate::store::{self, StoreFault, Tx};
use std::net::IpAddr;

/// For so long after its end a session's cookies are left alone: the browser may just be receiving those of the next one.
const SETTLING: Span = Span::minutes(1);

/// Whether the reply will reach a place that keeps the new tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshMode {
    Rotate,
    /// A prefetch or a HEAD request: the decision runs and ends what must end, but nothing is renewed.
    ReadOnly,
}

/// What became of a presented refresh token. A refusal is a value: ending a session must be committed.
#[derive(Debug)]
pub(super) enum RefreshOutcome {
    Rotated(TokenPair),
    /// The session is alive, but nothing was renewed.
    Alive(Session, Role),
    Refused(Refusal),
}

/// What one trip to the database found or did.
enum Trip {
    Alive(Session, Role),
    Refused(Refusal),
    /// Another request won the race for this row.
    Lost,
}

/// One presentation of a refresh token.
#[derive(Clone, Copy)]
struct RefreshAttempt {
    claims: RefreshClaims,
    renewal: RefreshMode,
    ip: Option<IpAddr>,
    now: Time,
    lifetimes: Lifetimes,
}

impl Accounts {
    /// Redeems a verified refresh token. Races are decided by conditional updates: whoever loses reads again and decides
    /// again.
    pub(super) async fn redeem(
        &self,
        claims: RefreshClaims,
        renewal: RefreshMode,
        ip: Option<IpAddr>,
    ) -> Result<RefreshOutcome, Fault> {
        self.check_signing()?;
        loop {
            let now = self.clock.now();
            let presentation =
                RefreshAttempt { claims, renewal, ip, now, lifetimes: self.lifetimes };
            return Ok(
                match self
                    .write_ending(now, move |tx, ending| presentation.decide(tx, ending))
                    .await?
                {
                    Trip::Alive(session, role) if renewal == RefreshMode::ReadOnly => {
                        RefreshOutcome::Alive(session, role)
                    }
                    Trip::Alive(session, role) => {
                        RefreshOutcome::Rotated(self.issue(&session, role, now)?)
                    }
                    Trip::Refused(refusal) => RefreshOutcome::Refused(refusal),
                    Trip::Lost => continue,
                },
            );
        }
    }
}

impl RefreshAttempt {
    /// Reads the record, decides, and carries the decision out, all in one transaction.
    fn decide(&self, tx: &mut Tx<'_>, ending: &mut Ending) -> Result<Trip, StoreFault> {
        let found = store::sessions::find(tx, self.claims.session_id)?;
        let found = found.filter(|session| session.account_id == self.claims.account_id);
        let decision = decide(found.as_ref(), self.claims.generation, self.now, &self.lifetimes);
        let (Some(session), Some(account)) =
            (found, store::accounts::find(tx, self.claims.account_id)?)
        else {
            return Ok(Trip::Refused(Refusal::Unknown));
        };
        if account.is_disabled() && session.ended.is_none() {
            return self.end(tx, ending, &session, EndReason::Disabled);
        }
        match decision {
            Decision::Rotate(step) => self.renew(tx, session, step, account.role),
            Decision::Repeat => Ok(Trip::Alive(session, account.role)),
            Decision::Reissue { .. } if self.renewal == RefreshMode::ReadOnly => {
                Ok(Trip::Alive(session, account.role))
            }
            Decision::Reissue { replay_until } => {
                let won = store::sessions::extend_replay(
                    tx,
                    session.id,
                    session.generation,
                    replay_until,
                )?;
                Ok(if won { Trip::Alive(session, account.role) } else { Trip::Lost })
            }
            Decision::Heal(step) => self.heal(tx, session, step, account.role),
            Decision::End(reason) => self.end(tx, ending, &session, reason),
            Decision::Ended(at, reason) => {
                let settled = self.now - at >= SETTLING;
                Ok(Trip::Refused(Refusal::Ended { reason, settled }))
            }
            Decision::Stale => Ok(Trip::Refused(Refusal::Stale)),
            Decision::Unknown => Ok(Trip::Refused(Refusal::Unknown)),
            Decision::Invalid => {
                let session = session.id.0;
                tracing::error!(%session, "a refresh token is ahead of its session: was a backup restored?");
                Ok(Trip::Refused(Refusal::Ahead))
            }
        }
    }

    fn renew(
        &self,
        tx: &mut Tx<'_>,
        session: Session,
        step: Step,
        role: Role,
    ) -> Result<Trip, StoreFault> {
        if self.renewal == RefreshMode::ReadOnly {
            return Ok(Trip::Alive(session, role));
        }
        let won = store::sessions::renew(tx, &session, &step)?;
        Ok(if won { Trip::Alive(session.stepped(step), role) } else { Trip::Lost })
    }

    fn heal(
        &self,
        tx: &mut Tx<'_>,
        session: Session,
        step: Step,
        role: Role,
    ) -> Result<Trip, StoreFault> {
        let healed = Event::of(EventKind::SessionHealed, &session, self.now, self.ip);
        let trip = self.renew(tx, session, step, role)?;
        if self.renewal == RefreshMode::Rotate && matches!(trip, Trip::Alive(..)) {
            record(tx, healed)?;
        }
        Ok(trip)
    }

    fn end(
        &self,
        tx: &mut Tx<'_>,
        ending: &mut Ending,
        session: &Session,
        reason: EndReason,
    ) -> Result<Trip, StoreFault> {
        if !ending.end_if(tx, session, reason)? {
            return Ok(Trip::Lost);
        }
        if reason == EndReason::Reuse {
            record(tx, Event::of(EventKind::SessionReuse, session, self.now, self.ip))?;
        }
        Ok(Trip::Refused(Refusal::Ended { reason, settled: false }))
    }
}
