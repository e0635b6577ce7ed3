//! The kinds of security events. `docs/EVENTS.md` documents each.

use super::Span;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Within this time, repetitions of an event are logged but not stored.
pub const FOLD: Span = Span::minutes(1);

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum EventKind {
    SignedUp,
    /// The email address is that of the account.
    SignUpRefused,
    AccountCreated,
    RoleChanged,
    AccountDisabled,
    AccountEnabled,
    AccountDeleted,
    SignedIn,
    SignInRefused,
    SignedOut,
    SessionEnded,
    PasswordChanged,
    CurrentPasswordRefused,
    ProfileChanged,
    EmailChanged,
    /// The response to a refresh was lost; the previous refresh token was accepted again.
    SessionHealed,
    /// A superseded refresh token came too late for the grace time.
    RefreshTokenStale,
    /// A superseded refresh token was presented; the session was ended (RFC 9700 section 4.14.2).
    RefreshTokenReused,
    /// Somebody who is not an administrator asked for an administration page.
    AdministrationRefused,
    /// Somebody asked to end a session of another account.
    ForeignSessionRefused,
    KeysRotated,
    /// All keys were dropped in an emergency.
    KeysReplaced,
    /// The next key was replaced by one with the configured algorithm.
    NextKeyReplaced,
    KeyRetired,
    KeysResealed,
    /// The database was restored from a backup: every session ended, every access token expired.
    DatabaseRestored,
}

impl EventKind {
    /// Whether repetitions are folded: anybody, or anybody who is signed in, can cause any number.
    #[must_use]
    pub fn is_folded(self) -> bool {
        matches!(
            self,
            Self::SignUpRefused
                | Self::SignInRefused
                | Self::CurrentPasswordRefused
                | Self::ProfileChanged
                | Self::RefreshTokenStale
                | Self::AdministrationRefused
                | Self::ForeignSessionRefused
        )
    }
}

/// What unauthenticated clients are refused. It is logged but not stored: otherwise anybody could
/// fill the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum StrangerEvent {
    /// There is no such account.
    SignInRefused,
    /// A bearer token that none of our keys has signed.
    AccessTokenRefused,
    /// A refresh token that none of our keys has signed.
    RefreshTokenRefused,
    /// A page of another origin sent a request that would change something.
    OriginRefused,
    /// Too many attempts.
    LimitHit,
}
