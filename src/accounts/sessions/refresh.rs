//! Refreshing a session: one transaction around the pure decision of `domain::rotation`.

use super::authentication_error::AuthenticationError;
use super::{Sessions, TokenPair};
use crate::accounts::signing_keys::VerifyError;
use crate::accounts::{Fault, strangers};
use crate::domain::account::Account;
use crate::domain::claims::RefreshClaims;
use crate::domain::device::Device;
use crate::domain::event::{Event, EventKind, Initiator, StrangerEvent};
use crate::domain::lifetimes::Lifetimes;
use crate::domain::rotation::{Decision, Presented, Step, decide};
use crate::domain::session::{EndReason, Session};
use crate::domain::{Span, Time};
use crate::store::{self, LockedAccount, StoreFault, Unit};
use crate::token::RefreshToken;

/// How long after its end the cookies of a session are not cleared: the browser may be receiving
/// those of a new session.
const COOKIE_GRACE: Span = Span::minutes(1);

/// The result of a refresh. A refusal is a value and not an error, so that ending the session is
/// committed.
#[derive(Debug)]
pub enum RefreshOutcome {
    Refreshed { tokens: Box<TokenPair>, account: Account },
    Refused(AuthenticationError),
}

/// The result of one transaction.
enum AttemptOutcome {
    /// Both tokens are issued.
    Alive(Box<Session>, Account),
    /// Only an access token is issued.
    Kept(Box<Session>, Account),
    Refused(AuthenticationError),
    /// A concurrent request changed the session first.
    Changed,
}

/// A use of a refresh token.
struct RefreshAttempt {
    claims: RefreshClaims,
    device: Device,
    lifetimes: Lifetimes,
}

impl Sessions {
    /// Exchanges a refresh token for new tokens. Conditional updates decide races: the loser reads
    /// and decides again.
    pub async fn refresh(&self, token: &str, device: &Device) -> Result<RefreshOutcome, Fault> {
        let claims = match self.keys.verify_refresh(token).await {
            Ok(claims) => claims,
            Err(VerifyError::Undecided) => return Err(Fault::Undecided),
            Err(VerifyError::Expired | VerifyError::Invalid) => {
                strangers::log_refused(StrangerEvent::RefreshTokenRefused, device.address);
                self.store.metrics().refreshed("forged");
                return Ok(RefreshOutcome::Refused(AuthenticationError::Forged));
            }
        };
        self.check_signing()?;
        let (id, now) = (claims.session_id, self.clock.now());
        let admitted = self.limits.admit_refresh(id, device.address, now);
        admitted.map_err(|refused| Fault::TooManyRefreshes(refused.wait))?;
        let lifetimes = self.policy.lifetimes;
        loop {
            let now = self.clock.now();
            let attempt = RefreshAttempt { claims, device: device.clone(), lifetimes };
            let (decision, outcome) = self.store.write(now, move |unit| attempt.run(unit)).await?;
            if !matches!(outcome, AttemptOutcome::Changed) {
                self.store.metrics().refreshed(label(decision));
            }
            let (tokens, account) = match outcome {
                AttemptOutcome::Alive(session, account) => {
                    (self.issue(&session, account.role, now)?, account)
                }
                AttemptOutcome::Kept(session, account) => {
                    let kept = RefreshToken(token.to_owned());
                    (self.issue_access(kept, &session, account.role, now)?, account)
                }
                AttemptOutcome::Refused(error) => return Ok(RefreshOutcome::Refused(error)),
                AttemptOutcome::Changed => continue,
            };
            return Ok(RefreshOutcome::Refreshed { tokens: Box::new(tokens), account });
        }
    }
}

impl RefreshAttempt {
    /// Reads the session, decides, and carries the decision out. The account is locked, so that a
    /// concurrent change of role cannot be missed.
    fn run(&self, unit: &mut Unit<'_>) -> Result<(Decision, AttemptOutcome), StoreFault> {
        let unknown = (Decision::Unknown, AttemptOutcome::Refused(AuthenticationError::Unknown));
        let Some(account) = unit.lock(self.claims.account_id)? else { return Ok(unknown) };
        let session = store::sessions::find_of(unit, account.id, self.claims.session_id)?;
        let decided =
            decide(session.as_ref(), self.claims.presented(), unit.now(), &self.lifetimes);
        let Some(session) = session else { return Ok(unknown) };
        let decision = if account.is_disabled() && session.ended.is_none() {
            Decision::End(EndReason::Disabled)
        } else {
            decided
        };
        Ok((decision, self.carry_out(unit, account, session, decision)?))
    }

    fn carry_out(
        &self,
        unit: &mut Unit<'_>,
        account: LockedAccount,
        session: Session,
        decision: Decision,
    ) -> Result<AttemptOutcome, StoreFault> {
        match decision {
            Decision::Keep => Ok(AttemptOutcome::Kept(Box::new(session), account.into_inner())),
            Decision::Rotate(step) => rotate(unit, account, session, step),
            Decision::Repeat => Ok(alive(session, account)),
            Decision::Reissue { replay_until } => reissue(unit, account, session, replay_until),
            Decision::Heal(step) => self.heal(unit, account, session, step),
            Decision::End(reason) => self.end(unit, &account, &session, reason),
            Decision::Ended(at, reason) => Ok(ended(reason, unit.now() - at >= COOKIE_GRACE)),
            Decision::Stale => self.stale(unit, &session),
            Decision::Unknown => Ok(AttemptOutcome::Refused(AuthenticationError::Unknown)),
            Decision::Invalid => Ok(ahead(&session)),
        }
    }

    fn heal(
        &self,
        unit: &mut Unit<'_>,
        account: LockedAccount,
        session: Session,
        step: Step,
    ) -> Result<AttemptOutcome, StoreFault> {
        let healed = Event::by_owner(EventKind::SessionHealed, &session, unit.now(), &self.device);
        let found = rotate(unit, account, session, step)?;
        if matches!(found, AttemptOutcome::Alive(..)) {
            unit.record(healed)?;
        }
        Ok(found)
    }

    fn end(
        &self,
        unit: &mut Unit<'_>,
        account: &LockedAccount,
        session: &Session,
        reason: EndReason,
    ) -> Result<AttemptOutcome, StoreFault> {
        if !unit.end_session_if_unchanged(account, session, reason)? {
            return Ok(AttemptOutcome::Changed);
        }
        match reason {
            // Nobody ended it.
            EndReason::Expired | EndReason::Idle => {}
            EndReason::Reuse => unit.record(self.reuse(session, unit.now()))?,
            _ => {
                let by = Initiator::owner(account.id, &self.device);
                unit.record(Event::session_end(session, reason, unit.now(), &by))?;
            }
        }
        Ok(ended(reason, false))
    }

    fn stale(&self, unit: &mut Unit<'_>, session: &Session) -> Result<AttemptOutcome, StoreFault> {
        let kind = EventKind::RefreshTokenStale;
        unit.record(Event::by_owner(kind, session, unit.now(), &self.device).refused())?;
        Ok(AttemptOutcome::Refused(AuthenticationError::Stale))
    }

    /// What was presented, for whoever looks into it; never the token.
    fn reuse(&self, session: &Session, now: Time) -> Event {
        let Presented { generation, leaf } = self.claims.presented();
        let leaf = match session.parent_leaf {
            Some(known) if generation == session.parent && known == leaf => "known",
            Some(_) if generation == session.parent => "unknown",
            _ => "not_stored",
        };
        Event::by_owner(EventKind::RefreshTokenReused, session, now, &self.device)
            .refused()
            .with_detail("presented_generation", &generation.to_string())
            .with_detail("current_generation", &session.generation.to_string())
            .with_detail("leaf", leaf)
    }
}

/// The decision in the metrics.
fn label(decision: Decision) -> &'static str {
    match decision {
        Decision::End(reason) => reason.into_str(),
        other => other.into(),
    }
}

fn rotate(
    unit: &mut Unit<'_>,
    account: LockedAccount,
    session: Session,
    step: Step,
) -> Result<AttemptOutcome, StoreFault> {
    let won = store::sessions::rotate(unit, &account, &session, &step)?;
    Ok(if won { alive(session.stepped(step), account) } else { AttemptOutcome::Changed })
}

fn reissue(
    unit: &mut Unit<'_>,
    account: LockedAccount,
    session: Session,
    replay_until: Time,
) -> Result<AttemptOutcome, StoreFault> {
    let won = store::sessions::extend_replay(unit, &account, &session, replay_until)?;
    Ok(if won { alive(session, account) } else { AttemptOutcome::Changed })
}

fn alive(session: Session, account: LockedAccount) -> AttemptOutcome {
    AttemptOutcome::Alive(Box::new(session), account.into_inner())
}

fn ended(reason: EndReason, settled: bool) -> AttemptOutcome {
    AttemptOutcome::Refused(AuthenticationError::Ended { reason, settled })
}

fn ahead(session: &Session) -> AttemptOutcome {
    let session = session.id.0;
    tracing::error!(%session, "a refresh token is ahead of its session: was a backup restored?");
    AttemptOutcome::Refused(AuthenticationError::Ahead)
}
