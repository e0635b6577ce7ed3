//! Sessions: starting, authenticating, refreshing, listing and ending them. All that guards need.

mod administrator;
mod authenticate;
mod authentication_error;
mod confirmed;
mod current;
mod list;
mod refresh;
mod sign_out;
mod start;
mod tokens;

pub use administrator::AdministratorOutcome;
pub use authenticate::{AccessTokenError, Authenticated, PresentedTokens};
pub use authentication_error::AuthenticationError;
pub use current::CurrentSession;
pub use list::{EndSessionsOutcome, OwnSessions};
pub use refresh::RefreshOutcome;
pub(super) use start::{NewSession, SessionStart};
pub use tokens::TokenPair;

use super::limits::Limits;
use super::signing_keys::SigningKeys;
use crate::clock::Clock;
use crate::domain::lifetimes::Lifetimes;
use crate::store::{Revoked, Store};
use confirmed::Confirmed;
use std::sync::Arc;

/// How long sessions last, and how many an account may have.
#[derive(Clone, Copy, Debug)]
pub struct SessionPolicy {
    pub lifetimes: Lifetimes,
    /// Open sessions an account may have. Beyond it, a new session ends the one unused for longest.
    pub max_sessions: i64,
}

/// The sessions of all accounts.
pub struct Sessions {
    store: Store,
    keys: Arc<SigningKeys>,
    clock: Clock,
    limits: Arc<Limits>,
    policy: SessionPolicy,
    confirmed: Confirmed,
}

impl Sessions {
    /// Whether the session of these tokens is known to have ended. Asked before a response sets
    /// them: another request may have ended it after they were issued.
    #[must_use]
    pub fn is_known_to_have_ended(&self, tokens: &TokenPair) -> bool {
        self.store.is_revoked(&tokens.claims, self.clock.now()) == Revoked::Ended
    }

    pub(super) fn new(
        store: Store,
        keys: Arc<SigningKeys>,
        clock: Clock,
        limits: Arc<Limits>,
        policy: SessionPolicy,
    ) -> Self {
        Self { store, keys, clock, limits, policy, confirmed: Confirmed::default() }
    }
}
