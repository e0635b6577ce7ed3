//! Security events: what happened to whom, kept for the account's owner and the operator.

use super::Time;
use super::account::AccountId;
use super::client_address::ClientAddress;
use super::device::Device;
use super::session::{Session, SessionId};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What happened. Refused requests of unauthenticated clients are logged but not stored: otherwise
/// anybody could fill the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum EventKind {
    SignedUp,
    AccountCreated,
    RoleChanged,
    AccountDisabled,
    AccountEnabled,
    AccountDeleted,
    SignedIn,
    SignedOut,
    SessionEnded,
    PasswordChanged,
    ProfileChanged,
    /// The response to a refresh was lost; the previous refresh token was accepted again.
    SessionHealed,
    /// A superseded refresh token was presented; the session was ended (RFC 9700 section 4.14.2).
    RefreshTokenReused,
    KeysRotated,
    /// All keys were dropped in an emergency.
    KeysReplaced,
    KeyRetired,
    KeysResealed,
}

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
    pub details: Vec<(&'static str, String)>,
}

impl Event {
    /// Something an account did to itself in one of its sessions, from `device`.
    #[must_use]
    pub fn by_owner(kind: EventKind, session: &Session, at: Time, device: &Device) -> Self {
        Self {
            session_id: Some(session.id),
            address: device.address,
            user_agent: Some(device.user_agent.clone()),
            ..Self::new(kind, at, Actor::Account(session.account_id), Some(session.account_id))
        }
    }

    /// The start of a session.
    #[must_use]
    pub fn session_start(kind: EventKind, session: &Session) -> Self {
        Self::by_owner(kind, session, session.created_at, &session.device)
    }

    /// Something the operator did, to an account or to the whole service.
    #[must_use]
    pub fn by_operator(kind: EventKind, subject: Option<AccountId>, at: Time) -> Self {
        Self::new(kind, at, Actor::Operator, subject)
    }

    /// The same event with one more fact.
    #[must_use]
    pub fn with_detail(mut self, name: &'static str, value: &str) -> Self {
        self.details.push((name, value.to_owned()));
        self
    }

    /// The same event, concerning this session.
    #[must_use]
    pub fn of_session(self, id: SessionId) -> Self {
        Self { session_id: Some(id), ..self }
    }

    /// The same event, refused.
    #[must_use]
    pub fn refused(self) -> Self {
        Self { outcome: EventOutcome::Refused, ..self }
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
