//! Sessions: one sign-in in one browser or client, which is one whole refresh token family (RFC 9700
//! section 4.14).

use super::account::AccountId;
use super::authentication_method::AuthenticationMethods;
use super::device::Device;
use super::lifetimes::Lifetimes;
use super::{Span, Time};
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

/// Identifies a session (UUIDv7); the `sid` claim of its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(pub Uuid);

/// How often the refresh token of a session has been rotated; the `gen` claim of its tokens. It only
/// grows.
pub type Generation = i64;

/// The generation a session starts with.
pub const FIRST_GENERATION: Generation = 1;

/// Tells refresh tokens of the same generation apart: random, the `jti` claim. Concurrent refreshes
/// get tokens with different leaves, and a browser keeps one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Leaf(pub Uuid);

impl Leaf {
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum EndReason {
    SignedOut,
    /// By its owner, from another of their devices.
    EndedElsewhere,
    /// By its owner, together with all others.
    Everywhere,
    PasswordChanged,
    /// A superseded refresh token was presented (RFC 9700 section 4.14.2).
    Reuse,
    Expired,
    Idle,
    /// By the operator.
    Operator,
    Disabled,
    Deleted,
    /// The database was restored from a backup.
    Restored,
    /// The account had too many sessions; this one was unused for longest.
    SessionLimit,
}

/// Which of an account's sessions are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionSelector {
    One(SessionId),
    AllExcept(SessionId),
    All,
}

impl SessionSelector {
    #[must_use]
    pub fn includes(self, session: SessionId) -> bool {
        match self {
            SessionSelector::One(id) => session == id,
            SessionSelector::AllExcept(id) => session != id,
            SessionSelector::All => true,
        }
    }
}

/// The session record. Updated in place: a rotation is one conditional update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub account_id: AccountId,
    /// Generation of the current tokens.
    pub generation: Generation,
    /// The last generation the owner is known to have held.
    pub parent: Generation,
    /// The leaf with which the parent was superseded; none before the first rotation.
    pub parent_leaf: Option<Leaf>,
    pub rotated_at: Time,
    /// Until when the parent yields the current generation.
    pub replay_until: Time,
    /// Whether an access token of the current generation has been seen in use.
    pub confirmed: bool,
    /// Whether it outlives the browser ("keep me signed in").
    pub persistent: bool,
    pub methods: AuthenticationMethods,
    pub created_at: Time,
    pub authenticated_at: Time,
    pub last_seen_at: Time,
    pub idle_expires_at: Time,
    pub expires_at: Time,
    pub device: Device,
    pub ended: Option<(Time, EndReason)>,
}

/// What a session is started with.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub methods: AuthenticationMethods,
    pub persistent: bool,
    pub device: Device,
}

impl Session {
    /// Whether it has neither ended nor expired.
    #[must_use]
    pub fn is_alive(&self, now: Time) -> bool {
        self.ended.is_none() && now < self.idle_expires_at && now < self.expires_at
    }

    /// When it was last seen, as it is shown: to the minute. More would tell whoever holds a copy of
    /// its tokens when the owner comes.
    #[must_use]
    pub fn last_seen(&self) -> Time {
        self.last_seen_at - Span::milliseconds(self.last_seen_at.timestamp_millis() % 60_000)
    }

    /// A new session in its first generation.
    #[must_use]
    pub fn start(
        id: SessionId,
        account_id: AccountId,
        sign_in: SignIn,
        now: Time,
        lifetimes: &Lifetimes,
    ) -> Self {
        let expires_at = now + lifetimes.absolute;
        Self {
            id,
            account_id,
            generation: FIRST_GENERATION,
            parent: FIRST_GENERATION,
            parent_leaf: None,
            rotated_at: now,
            replay_until: now,
            confirmed: false,
            persistent: sign_in.persistent,
            methods: sign_in.methods,
            created_at: now,
            authenticated_at: now,
            last_seen_at: now,
            idle_expires_at: lifetimes.idle_expiry(now, sign_in.persistent, expires_at),
            expires_at,
            device: sign_in.device,
            ended: None,
        }
    }
}
