//! Why a request is not authenticated.

use crate::domain::session::EndReason;

/// Why the tokens of a request do not authenticate it. If that is undecided, it is a `Fault`
/// instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not authenticated: {self:?}")]
pub enum AuthenticationError {
    /// There is no refresh token and no valid access token.
    NoTokens,
    /// The refresh token is not one of ours.
    Forged,
    /// There is no such session.
    Unknown,
    /// The session has ended. `settled` says that it ended so long ago that no response with the
    /// cookies of a new session can still be on its way.
    Ended { reason: EndReason, settled: bool },
    /// There is only an access token, and its session has ended.
    Revoked,
    /// A superseded token that came too late for the grace time, but too early to count as stolen.
    Stale,
    /// A token of a generation that the session has not reached.
    Ahead,
}
