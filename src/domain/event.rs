//! Security events: what happened to whom, kept for the account's owner and the operator.

use super::{
    Time,
    account::AccountId,
    session::{Session, SessionId},
};
use std::net::IpAddr;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What happened. Refusals of strangers are log lines, not events: nobody may fill the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum EventKind {
    Registered,
    /// Made by the operator.
    Created,
    RoleChanged,
    Disabled,
    Enabled,
    SignedIn,
    SignedOut,
    /// Ended by its owner from the list of sessions, or by the operator.
    SessionEnded,
    PasswordChanged,
    ProfileChanged,
    /// A reply was lost and its refresh token given again.
    SessionHealed,
    /// An old refresh token came back: the session was ended.
    SessionReuse,
}

/// One entry of the append-only audit log.
#[derive(Clone, Debug)]
pub struct Event {
    pub kind: EventKind,
    pub account_id: AccountId,
    pub session_id: Option<SessionId>,
    pub at: Time,
    pub ip: Option<IpAddr>,
}

impl Event {
    /// Something that happened to a session, done at `at` from `ip`.
    #[must_use]
    pub fn of(kind: EventKind, session: &Session, at: Time, ip: Option<IpAddr>) -> Self {
        Self { kind, account_id: session.account_id, session_id: Some(session.id), at, ip }
    }

    /// Something the operator did to an account.
    #[must_use]
    pub fn by_operator(kind: EventKind, account_id: AccountId, at: Time) -> Self {
        Self { kind, account_id, session_id: None, at, ip: None }
    }

    /// The start of a session.
    #[must_use]
    pub fn start(kind: EventKind, session: &Session) -> Self {
        Self::of(kind, session, session.created_at, session.device.ip)
    }
}
