//! How long tokens and sessions are valid.

use super::{Span, Time};

/// How far the clocks of two of our processes may differ.
pub const LEEWAY: Span = Span::seconds(5);
/// Idle timeout of a session that ends with the browser.
const SHORT_IDLE: Span = Span::hours(12);

/// The configured lifetimes. Invariant, checked when the configuration is read: access < idle <=
/// absolute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Lifetime of an access token.
    pub access: Span,
    /// Idle timeout of a persistent session: how long it lasts without a refresh.
    pub idle: Span,
    /// Absolute lifetime of a session, however often it is refreshed.
    pub absolute: Span,
    /// For how long after a rotation the previous refresh token yields the same successor.
    pub grace: Span,
}

impl Lifetimes {
    /// Where the operator sets nothing.
    pub const DEFAULT: Self = Self {
        access: Span::minutes(15),
        idle: Span::days(7),
        absolute: Span::days(30),
        grace: Span::seconds(20),
    };

    /// When a session refreshed at `now` expires unless it is refreshed again; never after
    /// `expires_at`.
    #[must_use]
    pub fn idle_expiry(&self, now: Time, persistent: bool, expires_at: Time) -> Time {
        let idle = if persistent { self.idle } else { self.idle.min(SHORT_IDLE) };
        (now + idle).min(expires_at)
    }
}
