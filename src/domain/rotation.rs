//! What to do with a presented refresh token: the whole rotation decision, pure.
//!
//! Rotation with reuse detection (RFC 9700 section 4.14.2) that signs no owner out: concurrent refreshes
//! get the same successor, a lost response heals, and a token used by two holders ends the session.

use super::lifetimes::Lifetimes;
use super::session::{EndReason, Generation, Session};
use super::{Span, Time};

/// What to do. Every write is conditional on the record it was decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// There is no such session.
    Unknown,
    /// It ended before.
    Ended(Time, EndReason),
    /// It ends now: its idle timeout or absolute lifetime is over, or a token of it has two holders.
    End(EndReason),
    /// The token is ahead of the record (a restored backup, another key): refuse, log, end nothing.
    Invalid,
    /// The current token: rotate to the next generation.
    Rotate(Step),
    /// A concurrent request rotated first: issue the same successor again, write nothing.
    Repeat,
    /// The same after the grace time, while the successor is unconfirmed: issue it again and restart
    /// the replay window. Healing while a response with the first successor may still be under way
    /// would put a second one beside it, and the browser keeps whichever comes last.
    Reissue { replay_until: Time },
    /// The response to the last rotation was lost: rotate again from the same parent.
    Heal(Step),
    /// A very late request: issue nothing, end nothing.
    Stale,
}

/// The change a rotation makes to the record; `confirmed` becomes false with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub generation: Generation,
    pub parent: Generation,
    pub rotated_at: Time,
    pub replay_until: Time,
    pub idle_expires_at: Time,
}

/// Decides on the presented generation. The order of the rules matters: the end of a session comes
/// before any grace rule.
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
    decide_open(session, presented, now, lifetimes)
}

fn decide_open(
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

/// While the successor is unconfirmed and may still be on the wire, but not forever: otherwise a thief
/// who keeps presenting an old token could never be told from its owner.
fn may_reissue(session: &Session, now: Time, lifetimes: &Lifetimes) -> bool {
    let window = lifetimes.grace + stale_window(lifetimes);
    let may_be_on_the_wire = now <= session.replay_until + stale_window(lifetimes);
    !session.confirmed && may_be_on_the_wire && now <= session.rotated_at + window * 2
}

/// Whether a superseded token may come from a slow request: the last rotation is recent, and no more
/// rotations lie between than a browser makes in that time. A thief who refreshes all the time keeps
/// the last rotation recent forever, but not the generation.
fn may_be_late(session: &Session, presented: Generation, now: Time, lifetimes: &Lifetimes) -> bool {
    let window = lifetimes.grace + stale_window(lifetimes);
    let rotations_in_window =
        1 + window.num_milliseconds() / lifetimes.access.num_milliseconds().max(1);
    let before_parent = session.parent - presented;
    now <= session.replay_until + stale_window(lifetimes) && before_parent <= rotations_in_window
}

fn step(session: &Session, parent: Generation, now: Time, lifetimes: &Lifetimes) -> Step {
    Step {
        generation: session.generation + 1,
        parent,
        rotated_at: now,
        replay_until: now + lifetimes.grace,
        idle_expires_at: lifetimes.idle_expiry(now, session.persistent, session.expires_at),
    }
}

/// For how long after the grace time a superseded token is taken for a late one, not a stolen one.
fn stale_window(lifetimes: &Lifetimes) -> Span {
    lifetimes.grace * 6
}

impl Session {
    /// The record after a rotation.
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
