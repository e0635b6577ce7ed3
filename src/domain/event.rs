//! Security events: what happened to whom, kept for the account's owner and the operator.

pub use super::event_kind::{EventKind, FOLD, StrangerEvent};

use super::Time;
use super::account::AccountId;
use super::client_address::ClientAddress;
use super::device::Device;
use super::session::{EndReason, Session, SessionId};
use std::fmt;
use std::str::FromStr;
use strum::{EnumString, IntoStaticStr};
use uuid::Uuid;

/// Whether it was done or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum EventOutcome {
    Success,
    Refused,
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    Account(AccountId),
    /// Whoever runs commands on the server.
    Operator,
    /// Somebody who is not signed in.
    Anonymous,
}

/// The actor is not an account ID, `operator` or `anonymous`.
#[derive(Debug, thiserror::Error)]
#[error("not an actor")]
pub struct ActorError;

/// Who did something, and from which device.
#[derive(Clone, Debug)]
pub struct Initiator {
    pub actor: Actor,
    pub device: Option<Device>,
}

/// One entry of the append-only audit log.
#[derive(Clone, Debug)]
pub struct Event {
    pub kind: EventKind,
    pub outcome: EventOutcome,
    pub at: Time,
    pub actor: Actor,
    /// The account it happened to; none if it concerns the whole service.
    pub subject: Option<AccountId>,
    pub session_id: Option<SessionId>,
    pub address: Option<ClientAddress>,
    /// The User-Agent it was done with.
    pub user_agent: Option<String>,
    /// What else is worth knowing: names and values.
    pub details: Vec<(String, String)>,
}

impl Event {
    /// Something an account did to itself in one of its sessions, from `device`.
    #[must_use]
    pub fn by_owner(kind: EventKind, session: &Session, at: Time, device: &Device) -> Self {
        let by = Initiator::owner(session.account_id, device);
        Self::by(kind, session.account_id, at, &by).of_session(session.id)
    }

    /// The start of a session.
    #[must_use]
    pub fn session_start(kind: EventKind, session: &Session) -> Self {
        Self::by_owner(kind, session, session.created_at, &session.device)
    }

    /// The end of a session.
    #[must_use]
    pub fn session_end(session: &Session, reason: EndReason, at: Time, by: &Initiator) -> Self {
        let kind = match reason {
            EndReason::SignedOut => EventKind::SignedOut,
            _ => EventKind::SessionEnded,
        };
        Self::by(kind, session.account_id, at, by)
            .of_session(session.id)
            .with_detail("reason", reason.into_str())
    }

    /// Something that was refused to somebody who is not signed in to the account, for this reason.
    #[must_use]
    pub fn refused_to_anonymous(
        kind: EventKind,
        subject: AccountId,
        reason: &str,
        at: Time,
        device: &Device,
    ) -> Self {
        let by = Initiator { actor: Actor::Anonymous, device: Some(device.clone()) };
        Self::by(kind, subject, at, &by).with_detail("reason", reason).refused()
    }

    /// Something the operator did, to an account or to the whole service.
    #[must_use]
    pub fn by_operator(kind: EventKind, subject: Option<AccountId>, at: Time) -> Self {
        Self::new(kind, at, Actor::Operator, subject)
    }

    /// Whether repetitions are folded. The operator cannot be made to cause any number.
    #[must_use]
    pub fn is_folded(&self) -> bool {
        self.kind.is_folded() && self.actor != Actor::Operator
    }

    /// The same event with one more fact.
    #[must_use]
    pub fn with_detail(mut self, name: &str, value: &str) -> Self {
        self.details.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same event, refused.
    #[must_use]
    pub fn refused(self) -> Self {
        Self { outcome: EventOutcome::Refused, ..self }
    }

    fn of_session(self, id: SessionId) -> Self {
        Self { session_id: Some(id), ..self }
    }

    fn by(kind: EventKind, subject: AccountId, at: Time, by: &Initiator) -> Self {
        Self {
            address: by.device.as_ref().and_then(|device| device.address),
            user_agent: by.device.as_ref().map(|device| device.user_agent.clone()),
            ..Self::new(kind, at, by.actor, Some(subject))
        }
    }

    fn new(kind: EventKind, at: Time, actor: Actor, subject: Option<AccountId>) -> Self {
        Self {
            kind,
            outcome: EventOutcome::Success,
            at,
            actor,
            subject,
            session_id: None,
            address: None,
            user_agent: None,
            details: Vec::new(),
        }
    }
}

impl Initiator {
    pub const OPERATOR: Self = Self { actor: Actor::Operator, device: None };

    #[must_use]
    pub fn owner(account: AccountId, device: &Device) -> Self {
        Self { actor: Actor::Account(account), device: Some(device.clone()) }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Actor::Account(id) => id.0.fmt(f),
            Actor::Operator => f.write_str("operator"),
            Actor::Anonymous => f.write_str("anonymous"),
        }
    }
}

impl FromStr for Actor {
    type Err = ActorError;

    fn from_str(text: &str) -> Result<Self, ActorError> {
        match text {
            "operator" => Ok(Actor::Operator),
            "anonymous" => Ok(Actor::Anonymous),
            id => {
                Uuid::try_parse(id).map(|id| Actor::Account(AccountId(id))).map_err(|_| ActorError)
            }
        }
    }
}
