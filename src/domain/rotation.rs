//! What to do with a presented refresh token: the whole rotation decision, pure.
//!
//! Rotation with reuse detection (RFC 9700 section 4.14.2) in a form that signs no honest owner out: everybody who
//! races for a renewal gets the same successor, a lost reply heals, and a copy in two hands always ends the session.

use super::lifetimes::Lifetimes;
use super::session::{EndReason, Generation, Session};
use super::{Span, Time};

/// What to do. All writes it asks for are conditional on the generation it was decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// There is no such session.
    Unknown,
    /// It ended before.
    Ended(Time, EndReason),
    /// It ends now: its idle or absolute life is over, or a copy of it is in two hands.
    End(EndReason),
    /// The token is ahead of the record (a restored backup, another key): refuse, alarm, end nothing.
    Invalid,
    /// The current token: step to the next generation.
    Rotate(Step),
    /// Somebody raced this renewal: give the same successor again, write nothing.
    Repeat,
    /// The same after the grace time, while nobody has used the successor: give it again, and count both windows from now. To heal
    /// while an answer with the first successor may still be under way would put a second one on the wire beside it, and
    /// whichever comes last would stay in the browser.
    Reissue { replay_until: Time },
    /// The reply to the last renewal was lost: step on from the same parent.
    Heal(Step),
    /// A very late request: give nothing, end nothing.
    Stale,
}

/// The change a renewal makes to the record; `confirmed` becomes false with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub generation: Generation,
    pub parent: Generation,
    pub rotated_at: Time,
    pub replay_until: Time,
    pub idle_expires_at: Time,
}

/// Decides on the presented generation. The order of the rules matters: the end of a session comes before any grace.
#[must_use]
pub fn decide(
    session: Option<&Session>,
    presented: Generation,
    now: Time,
    lifetimes: &Lifetimes,
) -> Decision {
    let Some(session) = session else { return Decision::Unknown };
    if let Some((at, reason)) = session.ended {
        return Decision::Ended(at, reason);
    }
    if now >= session.expires_at {
        return Decision::End(EndReason::Expired);
    }
    if now >= session.idle_expires_at {
        return Decision::End(EndReason::Idle);
    }
    decide_living(session, presented, now, lifetimes)
}

fn decide_living(
    session: &Session,
    presented: Generation,
    now: Time,
    lifetimes: &Lifetimes,
) -> Decision {
    let (current, parent) = (session.generation, session.parent);
    if presented > current {
        Decision::Invalid
    } else if presented == current {
        Decision::Rotate(step(session, current, now, lifetimes))
    } else if presented >= parent && now <= session.replay_until {
        Decision::Repeat
    } else if may_reissue(session, now, lifetimes) && presented >= parent {
        Decision::Reissue { replay_until: now + lifetimes.grace }
    } else if may_be_late(session, presented, now, lifetimes) {
        Decision::Stale
    } else if presented == parent && !session.confirmed {
        Decision::Heal(step(session, parent, now, lifetimes))
    } else {
        Decision::End(EndReason::Reuse)
    }
}

/// While nobody has used the successor and it may still be on the wire; but not for ever, or whoever keeps asking with an old copy
/// would never be told from its owner.
fn may_reissue(session: &Session, now: Time, lifetimes: &Lifetimes) -> bool {
    let window = lifetimes.grace + stale_window(lifetimes);
    let may_be_on_the_wire = now <= session.replay_until + stale_window(lifetimes);
    !session.confirmed && may_be_on_the_wire && now <= session.rotated_at + window * 2
}

/// Whether an old token may come from a request that was under way for long: the renewal is recent, and no more renewals lie
/// between than a browser makes in that time. Somebody who renews all the time keeps the last renewal recent for ever, but
/// not the generation.
fn may_be_late(session: &Session, presented: Generation, now: Time, lifetimes: &Lifetimes) -> bool {
    let window = lifetimes.grace + stale_window(lifetimes);
    let renewals_in_it = 1 + window.num_milliseconds() / lifetimes.access.num_milliseconds().max(1);
    let before_parent = session.parent - presented;
    now <= session.replay_until + stale_window(lifetimes) && before_parent <= renewals_in_it
}

fn step(session: &Session, parent: Generation, now: Time, lifetimes: &Lifetimes) -> Step {
    Step {
        generation: session.generation + 1,
        parent,
        rotated_at: now,
        replay_until: now + lifetimes.grace,
        idle_expires_at: lifetimes.idle_end(now, session.persistent, session.expires_at),
    }
}

/// For how long after the grace time an old token is taken for a late one rather than a stolen one.
fn stale_window(lifetimes: &Lifetimes) -> Span {
    lifetimes.grace * 6
}

impl Session {
    /// The record after a step.
    #[must_use]
    pub fn stepped(mut self, step: Step) -> Self {
        self.generation = step.generation;
        self.parent = step.parent;
        self.rotated_at = step.rotated_at;
        self.replay_until = step.replay_until;
        self.idle_expires_at = step.idle_expires_at;
        self.confirmed = false;
        self
    }
}

#[cfg(test)]
#[path = "rotation_properties.rs"]
mod properties;
#[cfg(test)]
#[path = "rotation_tests.rs"]
mod tests;
