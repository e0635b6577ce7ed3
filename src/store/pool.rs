//! Connections, and who gets one when.

use super::StoreFault;
use super::connection::Db;
use super::revocation_cache::{RevocationCache, Revoked};
use super::unit::{Effects, Tx, Unit};
use super::{migration, revocations};
use crate::config::DatabaseUrl;
use crate::domain::Time;
use crate::domain::claims::AccessClaims;
use crate::domain::revocation::Revocation;
use diesel::r2d2::{ManageConnection, Pool};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Connections: enough for the readers of a few cores; SQLite has one writer anyway.
const CONNECTIONS: u32 = 8;
/// How long a use case waits for a connection. Together with what a connection may wait
/// (`busy_timeout`, `CONNECT_TIMEOUT`), the caller knows within two seconds that there is none.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(1);
/// How long the first connection may take: after a crash SQLite recovers its log first.
const START_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it may take to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(800);
/// How often a unit of work is run before a conflict with concurrent ones becomes a fault.
const ATTEMPTS: usize = 5;

/// The database, and the revocations known to this process.
#[derive(Clone)]
pub struct Store {
    pool: Pool<Manager>,
    /// One permit a connection.
    connections: Arc<Semaphore>,
    /// SQLite has one writer; writers of this process queue here instead of polling the file.
    writers: Arc<Semaphore>,
    revocations: Arc<RevocationCache>,
}

struct Manager(DatabaseUrl);

impl Store {
    /// Opens the database, creates it if it is a file that does not exist, and migrates it.
    pub fn open(url: DatabaseUrl) -> Result<Self, StoreFault> {
        let mut writers = CONNECTIONS;
        if let DatabaseUrl::Sqlite(path) = &url {
            // SQLite would let everybody read it; its companion files take over its mode.
            std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
            writers = 1;
        }
        let builder = Pool::builder()
            .max_size(CONNECTIONS)
            .min_idle(Some(1))
            .connection_timeout(CONNECT_TIMEOUT);
        let permits = |count: u32| Arc::new(Semaphore::new(count as usize));
        let store = Self {
            pool: builder.build_unchecked(Manager(url)),
            connections: permits(CONNECTIONS),
            writers: permits(writers),
            revocations: Arc::default(),
        };
        migration::run(&mut *store.pool.get_timeout(START_TIMEOUT)?)?;
        Ok(store)
    }

    /// Runs a use case that only reads, in a transaction of its own: all reads see one moment.
    pub async fn read<T, F>(&self, work: F) -> Result<T, StoreFault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, StoreFault> + Send + 'static,
    {
        let permit = acquire(&self.connections).await?;
        let pool = self.pool.clone();
        blocking(move || {
            let done = read(&mut *pool.get()?, work);
            drop(permit);
            done
        })
        .await
    }

    /// Runs a use case in one transaction that began at `now`: all of it is kept, or on a fault
    /// nothing. It is run again when it loses against a concurrent one.
    pub async fn write<T, F>(&self, now: Time, work: F) -> Result<T, StoreFault>
    where
        T: Send + 'static,
        F: Fn(&mut Unit<'_>) -> Result<T, StoreFault> + Send + 'static,
    {
        let permits = tokio::time::timeout(QUEUE_TIMEOUT, async {
            // Holding a connection while waiting to write would keep readers from it.
            let writer = acquire(&self.writers).await?;
            Ok::<_, StoreFault>((writer, acquire(&self.connections).await?))
        });
        let permits = permits.await.unwrap_or(Err(StoreFault::Overloaded))?;
        let (pool, cache) = (self.pool.clone(), Arc::clone(&self.revocations));
        blocking(move || {
            let (value, effects) = write_with_retries(&mut *pool.get()?, now, work)?;
            effects.apply(&cache);
            drop(permits);
            Ok(value)
        })
        .await
    }

    /// Reads what other processes revoked; everything on the first call.
    pub async fn sync_revocations(&self, now: Time) -> Result<(), StoreFault> {
        let since = self.revocations.read_from(now);
        let read = move |tx: &mut Tx<'_>| match since {
            Some(since) => revocations::created_since(tx, since),
            None => revocations::current(tx, now),
        };
        let recent = self.read(read).await?;
        self.revocations.refresh(&recent, now);
        Ok(())
    }

    /// What is known of the revocation of an access token, without asking the database.
    #[must_use]
    pub fn is_revoked(&self, claims: &AccessClaims, now: Time) -> Revoked {
        self.revocations.judge(claims, now)
    }

    /// Remembers a revocation that was learned from a record, before it is read from the feed.
    pub fn note_revoked(&self, revocation: Revocation) {
        self.revocations.add(&[revocation]);
    }
}

fn read<T>(
    db: &mut Db,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreFault>,
) -> Result<T, StoreFault> {
    db.begin_read()?;
    let done = work(&mut Tx(db));
    roll_back(db);
    done
}

fn write_with_retries<T>(
    db: &mut Db,
    now: Time,
    work: impl Fn(&mut Unit<'_>) -> Result<T, StoreFault>,
) -> Result<(T, Effects), StoreFault> {
    let mut attempt = 1;
    loop {
        match write(db, now, &work) {
            Err(fault) if fault.is_transient() && attempt < ATTEMPTS => attempt += 1,
            done => return done,
        }
    }
}

/// One transaction.
fn write<T>(
    db: &mut Db,
    now: Time,
    work: impl Fn(&mut Unit<'_>) -> Result<T, StoreFault>,
) -> Result<(T, Effects), StoreFault> {
    db.begin_write()?;
    let mut unit = Unit::new(db, now);
    match work(&mut unit) {
        Ok(value) => {
            let effects = unit.into_effects();
            db.commit()?;
            Ok((value, effects))
        }
        Err(fault) => {
            roll_back(db);
            Err(fault)
        }
    }
}

fn roll_back(db: &mut Db) {
    if let Err(error) = db.roll_back() {
        tracing::warn!(%error, "a transaction could not be rolled back; its connection is dropped");
    }
}

/// A permit, first come, first served. It moves into the blocking task: a client that hangs up does
/// not free it early.
async fn acquire(permits: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, StoreFault> {
    let permit = tokio::time::timeout(QUEUE_TIMEOUT, Arc::clone(permits).acquire_owned()).await;
    permit.map_err(|_| StoreFault::Overloaded)?.map_err(|_| StoreFault::Overloaded)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreFault> + Send + 'static,
) -> Result<T, StoreFault> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(StoreFault::Cancelled))
}

impl ManageConnection for Manager {
    type Connection = Db;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Db, Self::Error> {
        Db::connect(&self.0).map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, db: &mut Db) -> Result<(), Self::Error> {
        db.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, db: &mut Db) -> bool {
        std::thread::panicking() || db.is_broken()
    }
}

#[cfg(test)]
#[path = "pool_tests.rs"]
mod tests;
