//! Why tokens are refused.

use crate::domain::session::EndReason;

/// Why the tokens of a request do not authenticate it. That it cannot be decided is not among them:
/// that is a `Fault`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthenticationError {
    NoTokens,
    /// The refresh token is not one of ours.
    Forged,
    /// There is no such session.
    Unknown,
    /// It has ended; `settled` once that was so long ago that no cookie of a next session can be on
    /// its way.
    Ended {
        reason: EndReason,
        settled: bool,
    },
    /// An access token alone, of a session that has ended.
    Revoked,
    /// A superseded token, too late for the grace time and too early for theft.
    Stale,
    /// A token of a generation the record has not reached.
    Ahead,
}
