//! The revocation map: access tokens that died before their time, known without asking the database.
//!
//! Whatever ends a session writes its revocations in the same transaction, and puts them here once that is committed. Other
//! processes read them from the feed twice a second. While the feed cannot be read, the map is not believed.

use super::follow::MAX_STALENESS;
use super::{AccessTokenError, Accounts, Fault};
use crate::clock::Clock;
use crate::domain::claims::AccessClaims;
use crate::domain::lifetimes::{LEEWAY, Lifetimes};
use crate::domain::revocation::Revocation;
use crate::domain::session::{EndReason, Generation, Session, SessionId};
use crate::domain::{Span, Time};
use crate::store::{self, Store, StoreFault, Tx};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// How far back each reading reaches: rows may be committed late, and clocks differ.
const OVERLAP: Span = Span::seconds(30);
/// How often dead records are swept.
const SWEEP_EVERY: Span = Span::hours(1);
/// How long the record of a session is kept after its absolute life.
const KEEP_SESSIONS: Span = Span::days(1);

/// What this process knows of revocations.
#[derive(Default)]
pub(super) struct Revocations(RwLock<Known>);

#[derive(Default)]
struct Known {
    /// The highest dead generation of a session, and until when it matters.
    dead: HashMap<SessionId, (Generation, Time)>,
    read_at: Option<Time>,
    swept_at: Option<Time>,
}

/// Sessions a use case ends: records and revocations together, and the map once it is committed.
pub(super) struct Ending {
    now: Time,
    until: Time,
    revoked: Vec<Revocation>,
}

/// What the map says of an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Alive,
    Dead,
    /// It died, but not its session: a renewal gives another.
    Superseded,
    /// The feed has stalled.
    Unsure,
}

impl Revocations {
    /// Loads everything that matters, before the first request is served.
    pub(super) async fn load(store: &Store, clock: &Clock) -> Result<Self, StoreFault> {
        let now = clock.now();
        let live = store.read(move |tx| store::revocations::live(tx, now)).await?;
        let revocations = Self::default();
        revocations.learn(&live, now);
        Ok(revocations)
    }

    /// One reading of the feed; now and then also a sweep.
    pub(super) async fn catch_up(&self, store: &Store, now: Time) -> Result<(), StoreFault> {
        // After a gap (an outage, a suspended machine) all that was missed is read, not just the last half minute.
        let since = self.read().read_at.map_or(Time::UNIX_EPOCH, |at| at.min(now) - OVERLAP);
        let recent = store.read(move |tx| store::revocations::written_since(tx, since)).await?;
        self.learn(&recent, now);
        if self.read().swept_at.is_none_or(|at| now - at >= SWEEP_EVERY) {
            store.write(move |tx| sweep(tx, now)).await?;
            self.write().swept_at = Some(now);
        }
        Ok(())
    }

    fn learn(&self, revocations: &[Revocation], now: Time) {
        let mut known = self.write();
        known.note(revocations);
        known.dead.retain(|_, (_, until)| *until > now);
        known.read_at = Some(now);
    }

    fn judge(&self, claims: &AccessClaims, now: Time) -> Verdict {
        let known = self.read();
        let dead = known
            .dead
            .get(&claims.session_id)
            .filter(|(generation, _)| claims.generation <= *generation);
        match known.read_at {
            _ if dead.is_some_and(|(generation, _)| *generation == Generation::MAX) => {
                Verdict::Dead
            }
            _ if dead.is_some() => Verdict::Superseded,
            Some(at) if now - at <= MAX_STALENESS => Verdict::Alive,
            _ => Verdict::Unsure,
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        // Entries are put in whole: a panic elsewhere leaves none half-written.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Notes revocations; noting one twice changes nothing.
    fn note(&mut self, revocations: &[Revocation]) {
        for Revocation { session_id, generation, until } in revocations {
            let entry = self.dead.entry(*session_id).or_insert((*generation, *until));
            *entry = (entry.0.max(*generation), entry.1.max(*until));
        }
    }
}

fn sweep(tx: &mut Tx<'_>, now: Time) -> Result<(), StoreFault> {
    let revocations = store::revocations::sweep(tx, now - OVERLAP)?;
    let sessions = store::sessions::sweep(tx, now - KEEP_SESSIONS)?;
    let keys = store::keys::sweep(tx, now)?;
    if revocations + sessions + keys > 0 {
        tracing::info!(revocations, sessions, keys, "swept");
    }
    Ok(())
}

impl Ending {
    pub(super) fn new(now: Time, lifetimes: &Lifetimes) -> Self {
        // A process with a faster clock may have issued the last token a little in our future.
        Self { now, until: now + lifetimes.access + LEEWAY * 2, revoked: Vec::new() }
    }

    pub(super) fn now(&self) -> Time {
        self.now
    }

    /// Ends a session; false if it had ended before.
    pub(super) fn end(
        &mut self,
        tx: &mut Tx<'_>,
        id: SessionId,
        reason: EndReason,
    ) -> Result<bool, StoreFault> {
        let ended = store::sessions::end(tx, id, reason, self.now)?;
        self.revoke_if(tx, id, ended)
    }

    /// Ends a session if it is still as it was decided on.
    pub(super) fn end_if(
        &mut self,
        tx: &mut Tx<'_>,
        decided_on: &Session,
        reason: EndReason,
    ) -> Result<bool, StoreFault> {
        let ended = store::sessions::end_if(tx, decided_on, reason, self.now)?;
        self.revoke_if(tx, decided_on.id, ended)
    }

    /// Lets the revocations to come reach to the end of a session, whatever access tokens live by the settings of this process: an
    /// operator's command may run with others than the servers.
    pub(super) fn extend_until(&mut self, session: &Session) {
        self.until = self.until.max(session.expires_at + LEEWAY * 2);
    }

    /// Lets the current access tokens of a session die, but not the session: its next renewal tells what has changed.
    pub(super) fn revoke_access_tokens(
        &mut self,
        tx: &mut Tx<'_>,
        session: &Session,
    ) -> Result<(), StoreFault> {
        let Session { id, generation, .. } = *session;
        self.revoke(tx, Revocation { session_id: id, generation, until: self.until })
    }

    fn revoke_if(
        &mut self,
        tx: &mut Tx<'_>,
        id: SessionId,
        ended: bool,
    ) -> Result<bool, StoreFault> {
        if ended {
            self.revoke(tx, Revocation::of_ended(id, self.until))?;
        }
        Ok(ended)
    }

    fn revoke(&mut self, tx: &mut Tx<'_>, revocation: Revocation) -> Result<(), StoreFault> {
        store::revocations::insert(tx, &revocation, self.now)?;
        self.revoked.push(revocation);
        Ok(())
    }
}

impl Accounts {
    /// Runs a use case that may end sessions: one transaction, and the map knows before anybody is answered.
    pub(super) async fn write_ending<T, F>(&self, now: Time, work: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>, &mut Ending) -> Result<T, StoreFault> + Send + 'static,
    {
        let mut ending = Ending::new(now, &self.lifetimes);
        let done = self.store.write(move |tx| Ok((work(tx, &mut ending)?, ending.revoked)));
        let (value, revoked) = done.await?;
        self.revocations.write().note(&revoked);
        Ok(value)
    }

    /// Somebody read the record and found the session of these claims ended or gone, before the feed told: no page may take
    /// the access token for good any longer, or the sign-in page would send its holder back in a circle.
    pub(super) fn mark_revoked(&self, claims: &AccessClaims) {
        let until = Ending::new(self.clock.now(), &self.lifetimes).until;
        self.revocations.write().note(&[Revocation::of_ended(claims.session_id, until)]);
    }

    /// Whether a verified access token is still good, by the map; by the records while one of the feeds has stalled.
    pub(super) async fn check_revoked(
        &self,
        claims: &AccessClaims,
    ) -> Result<Result<(), AccessTokenError>, Fault> {
        let (now, claims) = (self.clock.now(), *claims);
        let verdict = match self.revocations.judge(&claims, now) {
            Verdict::Alive if !self.key_feed.is_fresh(now) => Verdict::Unsure,
            verdict => verdict,
        };
        Ok(match verdict {
            Verdict::Alive => Ok(()),
            Verdict::Dead => Err(AccessTokenError::Ended),
            Verdict::Superseded => Err(AccessTokenError::Expired),
            Verdict::Unsure => self.store.read(move |tx| by_records(tx, &claims, now)).await?,
        })
    }
}

fn by_records(
    tx: &mut Tx<'_>,
    claims: &AccessClaims,
    now: Time,
) -> Result<Result<(), AccessTokenError>, StoreFault> {
    let session =
        store::sessions::find(tx, claims.session_id)?.filter(|session| session.is_alive(now));
    let account =
        store::accounts::find(tx, claims.account_id)?.filter(|account| !account.is_disabled());
    Ok(match session.and(account) {
        None => Err(AccessTokenError::Ended),
        Some(account) if account.role != claims.role => Err(AccessTokenError::Expired),
        Some(_) => Ok(()),
    })
}

#[cfg(test)]
#[path = "revocations_tests.rs"]
mod tests;
