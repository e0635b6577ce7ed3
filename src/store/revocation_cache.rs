//! The current revocations in memory, so that access tokens are checked without the database.
//!
//! Revocations of this process are added before the request is answered; those of other processes
//! are read twice a second. If they could not be read for a while, the answer is "undecided".

use crate::domain::claims::AccessClaims;
use crate::domain::revocation::{Revocation, RevokedTokens};
use crate::domain::session::SessionId;
use crate::domain::{Span, Time};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// How old the last read may be. Beyond it, sessions are read from the database instead.
pub const MAX_STALENESS: Span = Span::seconds(5);
/// How far each read goes back before the previous one: rows may be committed late, and clocks
/// differ.
const OVERLAP: Span = Span::seconds(30);

/// Whether an access token is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    No,
    /// Its session has ended.
    Ended,
    /// The records decide: the role has changed, or the revocations of other processes have not been
    /// read recently.
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
    /// The time from which revocations must be read; none means everything. After an outage or a
    /// suspended machine, it includes all that was missed.
    pub fn read_from(&self, now: Time) -> Option<Time> {
        self.read().read_at.map(|at| at.min(now) - OVERLAP)
    }

    /// Adds revocations. Adding one again changes nothing.
    pub fn add(&self, revocations: &[Revocation]) {
        self.write().add(revocations);
    }

    /// Adds what was just read, and removes entries whose tokens have expired.
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
            None if known.lag(now) <= MAX_STALENESS => Revoked::No,
            Some(RevokedTokens::UpTo(_)) | None => Revoked::Undecided,
        }
    }

    /// How old the last read is; before the first one, as old as can be.
    pub fn lag(&self, now: Time) -> Span {
        self.read().lag(now)
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
    fn lag(&self, now: Time) -> Span {
        now - self.read_at.unwrap_or(Time::UNIX_EPOCH)
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
