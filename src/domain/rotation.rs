//! What to do with a presented refresh token: the whole rotation decision, pure.
//!
//! Rotation with reuse detection (RFC 9700 section 4.14.2) that signs no owner out: concurrent refreshes
//! get the same successor, a lost response heals, and a token used by two holders ends the session.
//! Why these rules and no others: docs/decisions/0003-rotation.md.

use super::lifetimes::Lifetimes;
use super::session::{EndReason, FIRST_GENERATION, Generation, Leaf, Session};
use super::{Span, Time};
use strum::IntoStaticStr;

/// Which refresh token of a session was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presented {
    pub generation: Generation,
    pub leaf: Leaf,
}

/// What to do. Every write is conditional on the record it was decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Decision {
    /// There is no such session.
    Unknown,
    /// It ended before.
    Ended(Time, EndReason),
    /// It ends now: its idle timeout or absolute lifetime is over, or a token of it has two holders.
    End(EndReason),
    /// The token is ahead of the record (a restored backup, another key): refuse, log, end nothing.
    #[strum(serialize = "ahead")]
    Invalid,
    /// The current token, but the last rotation is recent: issue a new access token only. So two
    /// generations of refresh tokens are never on the wire together.
    Keep,
    /// The current token: rotate to the next generation.
    Rotate(Step),
    /// A concurrent request rotated first: issue a token of the same successor, write nothing.
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
    pub parent_leaf: Option<Leaf>,
    pub rotated_at: Time,
    pub replay_until: Time,
    pub idle_expires_at: Time,
}

/// Decides on a presented token. The order of the rules matters: the end of a session comes before
/// everything, and a leaf that only a second holder can have before every grace rule.
#[must_use]
pub fn decide(
    session: Option<&Session>,
    presented: Presented,
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
    let Presented { generation, leaf } = presented;
    if generation > session.generation {
        Decision::Invalid
    } else if generation == session.generation {
        decide_current(session, leaf, now, lifetimes)
    } else if generation == session.parent {
        decide_parent(session, leaf, now, lifetimes)
    } else {
        // Given up (a successor that a Heal has replaced), or older than the parent. No browser
        // presents one unless a leg takes longer than a rotation is recent. Taken for late, whoever
        // keeps a rotation recent would lock the owner out without a trace.
        Decision::End(EndReason::Reuse)
    }
}

/// The first generation is rotated at once: it is handed out only once, so no other response with a
/// refresh token of this session can be under way.
fn decide_current(session: &Session, leaf: Leaf, now: Time, lifetimes: &Lifetimes) -> Decision {
    if session.generation > FIRST_GENERATION && is_recent(session, now, lifetimes) {
        Decision::Keep
    } else {
        let (parent, parent_leaf) = (session.generation, Some(leaf));
        Decision::Rotate(step(session, parent, parent_leaf, now, lifetimes))
    }
}

fn decide_parent(session: &Session, leaf: Leaf, now: Time, lifetimes: &Lifetimes) -> Decision {
    if session.parent_leaf.is_some_and(|known| known != leaf) {
        // A browser holds one token of a generation at a time, and this generation was superseded
        // with another one.
        Decision::End(EndReason::Reuse)
    } else if now <= session.replay_until {
        Decision::Repeat
    } else if may_reissue(session, now, lifetimes) {
        Decision::Reissue { replay_until: now + lifetimes.grace }
    } else if is_recent(session, now, lifetimes) {
        Decision::Stale
    } else if !session.confirmed {
        Decision::Heal(step(session, session.parent, session.parent_leaf, now, lifetimes))
    } else {
        Decision::End(EndReason::Reuse)
    }
}

/// While the successor is unconfirmed and may still be on the wire, but not forever: otherwise a thief
/// who keeps presenting an old token could never be told from its owner.
fn may_reissue(session: &Session, now: Time, lifetimes: &Lifetimes) -> bool {
    let window = lifetimes.grace + late_window(lifetimes);
    !session.confirmed
        && is_recent(session, now, lifetimes)
        && now <= session.rotated_at + window * 2
}

/// Whether a response with the current refresh token may still be on the wire, or a request with an
/// earlier one.
fn is_recent(session: &Session, now: Time, lifetimes: &Lifetimes) -> bool {
    now <= session.replay_until + late_window(lifetimes)
}

fn step(
    session: &Session,
    parent: Generation,
    parent_leaf: Option<Leaf>,
    now: Time,
    lifetimes: &Lifetimes,
) -> Step {
    Step {
        generation: session.generation + 1,
        parent,
        parent_leaf,
        rotated_at: now,
        replay_until: now + lifetimes.grace,
        idle_expires_at: lifetimes.idle_expiry(now, session.persistent, session.expires_at),
    }
}

/// For how long after the grace time a superseded token is taken for a late one, not a stolen one.
fn late_window(lifetimes: &Lifetimes) -> Span {
    lifetimes.grace * 6
}

impl Session {
    /// The record after a rotation.
    #[must_use]
    pub fn stepped(mut self, step: Step) -> Self {
        self.generation = step.generation;
        self.parent = step.parent;
        self.parent_leaf = step.parent_leaf;
        self.rotated_at = step.rotated_at;
        self.replay_until = step.replay_until;
        self.idle_expires_at = step.idle_expires_at;
        self.confirmed = false;
        self
    }
}

#[cfg(test)]
#[path = "rotation_tests.rs"]
mod tests;
