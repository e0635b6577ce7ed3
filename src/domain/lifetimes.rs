//! How long tokens and sessions live.

use super::{Span, Time};

/// How far the clocks of two of our processes may differ.
pub const LEEWAY: Span = Span::seconds(5);
/// Idle life of a session that ends with the browser.
const SHORT_IDLE: Span = Span::hours(12);

/// The configured lives. Invariant, checked when the configuration is read: access < idle <= session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Life of an access token.
    pub access: Span,
    /// Life of a session without a renewal, when it is to be kept.
    pub idle: Span,
    /// Life of a session, whatever happens.
    pub session: Span,
    /// For how long after a rotation its parent token still yields the same successor.
    pub grace: Span,
}

impl Lifetimes {
    /// When a session renewed at `now` dies of idleness; never after `expires_at`.
    #[must_use]
    pub fn idle_end(&self, now: Time, persistent: bool, expires_at: Time) -> Time {
        let idle = if persistent { self.idle } else { self.idle.min(SHORT_IDLE) };
        (now + idle).min(expires_at)
    }
}
