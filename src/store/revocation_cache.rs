//! The current revocations in memory, so that access tokens are checked without the database.
//!
//! Revocations of this process are added before the request is answered; those of other processes
//! are read twice a second. If they could not be read for a while, the answer is "undecided".

use crate::domain::claims::AccessClaims;
use crate::domain::revocation::{Revocation, RevokedTokens};
use crate::domain::session::SessionId;
use crate::domain::{Span, Time};
use std::collections::{HashMap, VecDeque};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// How old the last read may be. Beyond it, sessions are read from the database instead.
pub const MAX_STALENESS: Span = Span::seconds(5);
/// How many reads later a row may become visible than one with a higher ID: 30 s, longer than a
/// transaction can last. Counted in reads, because clocks jump.
const OVERLAP: usize = 60;

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

/// A revocation as some process wrote it.
#[derive(Clone, Copy)]
pub(super) struct StoredRevocation {
    /// In the order in which they were written, not in that in which they were committed.
    pub id: i64,
    /// Its end is by the clock of the writer.
    pub revocation: Revocation,
    /// How long it is needed, by any clock.
    pub lifetime: Span,
}

#[derive(Default)]
pub(super) struct RevocationCache(RwLock<Known>);

#[derive(Default)]
struct Known {
    revoked: HashMap<SessionId, (RevokedTokens, Time)>,
    read_at: Option<Time>,
    /// The highest ID that each of the last reads had found, oldest first.
    highest: VecDeque<i64>,
}

impl RevocationCache {
    /// The ID after which revocations must be read: that of `OVERLAP` reads ago. All, until there
    /// have been so many.
    pub fn read_after(&self) -> i64 {
        let known = self.read();
        known.highest.front().filter(|_| known.highest.len() == OVERLAP).copied().unwrap_or(0)
    }

    /// Adds revocations. Adding one again changes nothing.
    pub fn add(&self, revocations: &[Revocation]) {
        self.write().add(revocations);
    }

    /// Adds what was just read, and removes entries whose tokens have expired. The clock of the
    /// writer may be behind: a new entry is kept for its lifetime by ours.
    pub fn refresh(&self, stored: &[StoredRevocation], now: Time) {
        let mut known = self.write();
        for StoredRevocation { revocation, lifetime, .. } in stored {
            let until = revocation.until.max(now + *lifetime);
            let is_new = !known.revoked.contains_key(&revocation.session_id);
            known.add(&[if is_new { Revocation { until, ..*revocation } } else { *revocation }]);
        }
        known.revoked.retain(|_, (_, until)| *until > now);
        known.read_at = Some(now);
        let found = stored.iter().map(|row| row.id).max();
        let highest = found.max(known.highest.back().copied()).unwrap_or(0);
        known.highest.push_back(highest);
        if known.highest.len() > OVERLAP {
            known.highest.pop_front();
        }
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
