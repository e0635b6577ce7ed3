//! The server's part: decide with the product's own function, and carry the decision out.

use vestibule::domain::account::AccountId;
use vestibule::domain::authentication_method::AuthenticationMethods;
use vestibule::domain::device::Device;
use vestibule::domain::lifetimes::Lifetimes;
use vestibule::domain::rotation::{Decision, Presented, decide};
use vestibule::domain::session::{Session, SessionId, SignIn};
use vestibule::domain::{Span, Time, new_id};

/// What became of a presented refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum Answer {
    Rotated,
    Repeated,
    Reissued,
    Healed,
    Kept,
    Stale,
    Ended,
    Invalid,
}

impl Answer {
    /// Whether it has a new refresh token.
    pub fn has_refresh_token(self) -> bool {
        matches!(self, Answer::Rotated | Answer::Repeated | Answer::Reissued | Answer::Healed)
    }

    pub fn has_access_token(self) -> bool {
        self.has_refresh_token() || self == Answer::Kept
    }
}

/// Decides and changes the record, as `accounts::sessions::refresh` does.
pub fn refresh(
    session: &mut Session,
    presented: Presented,
    now: Time,
    lifetimes: &Lifetimes,
) -> Answer {
    match decide(Some(session), presented, now, lifetimes) {
        Decision::Rotate(step) => {
            *session = session.clone().stepped(step);
            Answer::Rotated
        }
        Decision::Heal(step) => {
            *session = session.clone().stepped(step);
            Answer::Healed
        }
        Decision::Repeat => Answer::Repeated,
        Decision::Reissue { replay_until } => {
            session.replay_until = replay_until;
            Answer::Reissued
        }
        Decision::Keep => Answer::Kept,
        Decision::Stale => Answer::Stale,
        Decision::End(reason) => {
            session.ended = Some((now, reason));
            Answer::Ended
        }
        Decision::Ended(..) => Answer::Ended,
        Decision::Invalid | Decision::Unknown => Answer::Invalid,
    }
}

/// With this access lifetime; no idle timeout or absolute lifetime that a run could reach, so that
/// only the rotation rules can end a session.
pub fn lifetimes(access: Span) -> Lifetimes {
    let centuries = Span::days(100_000);
    Lifetimes { access, idle: centuries, absolute: centuries, ..Lifetimes::DEFAULT }
}

pub fn sign_in(now: Time, lifetimes: &Lifetimes) -> Session {
    let sign_in = SignIn {
        methods: AuthenticationMethods::default(),
        persistent: true,
        device: Device::default(),
    };
    Session::start(SessionId(new_id(now)), AccountId(new_id(now)), sign_in, now, lifetimes)
}

pub fn start() -> Time {
    Time::from_timestamp(1_800_000_000, 0).unwrap()
}
