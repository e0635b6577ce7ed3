//! What can be done: one managed value, one verb a file. Sees no cookie, no status and no template.

mod authenticate;
mod follow;
mod hasher;
mod key_feed;
mod keys;
mod operator;
mod overview;
mod password;
mod profile;
mod reconcile;
mod refresh;
mod revocations;
mod rotate;
#[cfg(test)]
pub(crate) mod samples;
mod sessions;
mod sign_in;
mod sign_out;
mod sign_up;
mod start;
mod tokens;

pub use crate::token::PublicKey;
pub use authenticate::{AccessTokenError, Authenticated, PresentedTokens, Refusal};
pub use keys::{KeyRotation, Retired};
pub use operator::{AccountDraft, AccountRef, OperatorRefusal};
pub use overview::Overview;
pub use password::{PasswordChange, PasswordChanged};
pub use profile::Profile;
pub use sessions::{OwnSessions, SessionSelector};
pub use sign_in::SignInAttempt;
pub use sign_up::{NewAccount, SignUpRefusal};
pub use start::{Settings, StartError};
pub use tokens::TokenPair;

use crate::clock::Clock;
use crate::domain::Time;
use crate::domain::account::Registration;
use crate::domain::event::Event;
use crate::domain::lifetimes::Lifetimes;
use crate::store::{self, Store, StoreFault, Tx};
use crate::token::{Codec, KeyringError};
use authenticate::Confirmed;
use hasher::Hasher;
use key_feed::KeyFeed;
use revocations::Revocations;
use std::sync::Arc;
use tracing::field::display;
use uuid::Uuid;

/// All verbs of sign-in. One value serves the pages and the API, any number of requests at once.
pub struct Accounts {
    store: Store,
    codec: Arc<Codec>,
    key_feed: Arc<KeyFeed>,
    hasher: Hasher,
    clock: Clock,
    lifetimes: Lifetimes,
    registration: Registration,
    confirmed: Confirmed,
    revocations: Arc<Revocations>,
}

/// Something that should work did not. Never the asker's doing; logged once, at the edge.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error(transparent)]
    Keys(#[from] KeyringError),
    /// More of something than can be looked at in good time.
    #[error("too many {0}")]
    Busy(&'static str),
    #[error("the cryptographic library failed in {0}")]
    Crypto(&'static str),
}

impl Accounts {
    /// Whether strangers may register.
    #[must_use]
    pub fn registration_open(&self) -> bool {
        self.registration == Registration::Open
    }

    /// A new id, in the order of time (UUIDv7, RFC 9562 section 5.7).
    fn new_id(&self) -> Uuid {
        new_id(self.clock.now())
    }
}

fn new_id(now: Time) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, now.timestamp_subsec_nanos()))
}

/// Writes an entry of the audit log: what happened to this session, when and from where.
fn record(tx: &mut Tx<'_>, event: Event) -> Result<(), StoreFault> {
    let (account, session) = (event.account_id.0, event.session_id.map(|id| display(id.0)));
    tracing::info!(event = event.kind.into_str(), %account, session, "security event");
    store::events::insert(tx, new_id(event.at), &event)
}
