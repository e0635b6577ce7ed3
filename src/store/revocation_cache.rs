//! The revocations that matter, in memory: an access token is checked without asking the database.
//!
//! What this process revokes is here before anybody is answered; what others revoke is read twice
//! a second. When it could not be read for a while, it says so instead of guessing.

use crate::domain::claims::AccessClaims;
use crate::domain::revocation::{Revocation, RevokedTokens};
use crate::domain::session::SessionId;
use crate::domain::{Span, Time};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// What was read longer ago than this is not believed: the records are read instead.
pub const MAX_STALENESS: Span = Span::seconds(5);
/// How far back each read reaches: rows may be committed late, and clocks differ.
const OVERLAP: Span = Span::seconds(30);

/// What is known of the revocation of an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    No,
    /// Superseded: the session is valid; refresh to get a new token.
    Superseded,
    /// Its session has ended.
    Ended,
    /// Other processes' revocations could not be read lately.
    Undecided,
}

#[derive(Default)]
pub(super) struct RevocationCache(RwLock<Known>);

#[derive(Default)]
struct Known {
    revoked: HashMap<SessionId, (RevokedTokens, Time)>,
    read_at: Option<Time>,
}

impl RevocationCache {
    /// From when on revocations are to be read; none: everything. After a gap (an outage, a
    /// suspended machine) that is all that was missed.
    pub fn read_from(&self, now: Time) -> Option<Time> {
        self.read().read_at.map(|at| at.min(now) - OVERLAP)
    }

    /// Adds revocations; adding one twice changes nothing.
    pub fn add(&self, revocations: &[Revocation]) {
        self.write().add(revocations);
    }

    /// Adds what was just read, and drops what no longer matters.
    pub fn refresh(&self, revocations: &[Revocation], now: Time) {
        let mut known = self.write();
        known.add(revocations);
        known.revoked.retain(|_, (_, until)| *until > now);
        known.read_at = Some(now);
    }

    pub fn judge(&self, claims: &AccessClaims, now: Time) -> Revoked {
        let known = self.read();
        let tokens = known.revoked.get(&claims.session_id).map(|(tokens, _)| *tokens);
        match tokens.filter(|tokens| tokens.include(claims.generation)) {
            Some(RevokedTokens::All) => Revoked::Ended,
            Some(RevokedTokens::UpTo(_)) => Revoked::Superseded,
            None if known.is_current(now) => Revoked::No,
            None => Revoked::Undecided,
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        // Entries are added whole: a panic elsewhere leaves none half-written.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn is_current(&self, now: Time) -> bool {
        self.read_at.is_some_and(|at| now - at <= MAX_STALENESS)
    }

    fn add(&mut self, revocations: &[Revocation]) {
        for Revocation { session_id, tokens, until } in revocations {
            let entry = self.revoked.entry(*session_id).or_insert((*tokens, *until));
            *entry = (entry.0.max(*tokens), entry.1.max(*until));
        }
    }
}

#[cfg(test)]
#[path = "revocation_cache_tests.rs"]
mod tests;
