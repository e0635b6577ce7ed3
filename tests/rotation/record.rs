//! A session record as the searches see it: small, in steps from now, and with generations numbered
//! so that a search recognises a state in which `decide` says the same from now on.

use crate::server::{self, Answer};
use uuid::Uuid;
use vestibule::domain::lifetimes::{LEEWAY, Lifetimes};
use vestibule::domain::rotation::{Presented, Step};
use vestibule::domain::session::{Leaf, Session};
use vestibule::domain::{Span, Time};

/// A refresh token: its generation, and a number that tells its leaf from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token {
    pub generation: i16,
    pub leaf: i16,
}

/// A session record. Times are in steps from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    pub generation: i16,
    pub parent: i16,
    pub parent_leaf: Option<i16>,
    pub confirmed: bool,
    rotated_at: i16,
    replay_until: i16,
}

/// The lifetimes, and the step in which time passes.
pub struct Rules {
    lifetimes: Lifetimes,
    step: Span,
    session: Session,
    now: Time,
}

impl Rules {
    pub fn new(access: Span, step: Span) -> Self {
        let (now, lifetimes) = (server::start(), server::lifetimes(access));
        Self { session: server::sign_in(now, &lifetimes), lifetimes, step, now }
    }

    /// The record of a session that starts now.
    pub fn first(&self) -> Record {
        self.shrink(&self.session)
    }

    pub fn step_seconds(&self) -> i64 {
        self.step.num_seconds()
    }

    /// For how many steps an access token is accepted.
    pub fn access_steps(&self) -> i16 {
        self.steps(self.lifetimes.access + LEEWAY)
    }

    pub fn refresh(&self, record: &mut Record, token: Token) -> Answer {
        let mut session = self.expand(record);
        let presented = Presented { generation: token.generation.into(), leaf: leaf(token.leaf) };
        let answer = server::refresh(&mut session, presented, self.now, &self.lifetimes);
        *record = self.shrink(&session);
        answer
    }

    /// A step later. A time that is longer ago than every window of the rules stays where it is.
    pub fn tick(&self, record: &mut Record) {
        let late_window = self.lifetimes.grace * 6;
        let longest_window = (self.lifetimes.grace + late_window) * 2;
        record.replay_until = (record.replay_until - 1).max(-self.steps(late_window) - 1);
        record.rotated_at = (record.rotated_at - 1).max(-self.steps(longest_window) - 1);
    }

    /// Numbers the generations anew, and gives the function from old to new numbers. Kept is whether a
    /// token is current, given up, of the parent or older, and whether the current generation is the
    /// first. `decide` asks for no more, and what is given up is older after the next rotation.
    pub fn renumber(record: &mut Record) -> impl Fn(i16) -> i16 + use<> {
        let (generation, parent) = (record.generation, record.parent);
        record.generation = generation.min(3);
        record.parent = record.generation - (generation - parent).min(2);
        let Record { generation: new_generation, parent: new_parent, .. } = *record;
        move |old| {
            if old > parent {
                new_generation - (generation - old).min(1)
            } else {
                new_parent - (parent - old).min(1)
            }
        }
    }

    fn expand(&self, record: &Record) -> Session {
        let at = |steps: i16| self.now + self.step * i32::from(steps);
        let session = self.session.clone().stepped(Step {
            generation: record.generation.into(),
            parent: record.parent.into(),
            parent_leaf: record.parent_leaf.map(leaf),
            rotated_at: at(record.rotated_at),
            replay_until: at(record.replay_until),
            idle_expires_at: self.session.idle_expires_at,
        });
        Session { confirmed: record.confirmed, ..session }
    }

    fn shrink(&self, session: &Session) -> Record {
        let number = |generation: i64| i16::try_from(generation).unwrap();
        Record {
            generation: number(session.generation),
            parent: number(session.parent),
            parent_leaf: session.parent_leaf.map(|Leaf(id)| i16::try_from(id.as_u128()).unwrap()),
            confirmed: session.confirmed,
            rotated_at: self.steps(session.rotated_at - self.now),
            replay_until: self.steps(session.replay_until - self.now),
        }
    }

    /// How many steps a span is, rounded up.
    fn steps(&self, span: Span) -> i16 {
        let steps = -(-span).num_milliseconds().div_euclid(self.step.num_milliseconds());
        i16::try_from(steps).unwrap()
    }
}

fn leaf(number: i16) -> Leaf {
    Leaf(Uuid::from_u128(u128::try_from(number).unwrap()))
}
