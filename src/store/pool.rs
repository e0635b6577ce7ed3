//! The connection pool, and transactions.

use super::StoreFault;
use super::availability::Availability;
use super::connection::Db;
use super::database_file::DatabaseFile;
use super::revocation_cache::{RevocationCache, Revoked};
use super::unit::{Effects, Tx, Unit};
use super::usage_lock::{UsageLock, was_used};
use super::{first_connection, migration, revocations};
use crate::config::DatabaseUrl;
use crate::domain::claims::AccessClaims;
use crate::domain::revocation::Revocation;
use crate::domain::{Span, Time};
use crate::metrics::{Metrics, Readings};
use diesel::r2d2::{ManageConnection, Pool};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Enough for the readers of a few cores; SQLite has only one writer.
const CONNECTIONS: u32 = 8;
/// How long a use case waits for a connection. Together with `CONNECT_TIMEOUT`, a caller that gets
/// none knows within two seconds.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(1);
/// How long after its arrival a writer that has left the queue waits for SQLite's write lock.
const TURN_TIMEOUT: Duration = Duration::from_millis(1_800);
/// How long it may take to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(800);
/// How often a unit of work is run before conflicts with concurrent ones become a fault.
const ATTEMPTS: usize = 5;

/// The database, and what this process knows: the revocations, and the metrics of all owners.
#[derive(Clone)]
pub struct Store {
    pool: Pool<Manager>,
    availability: Availability,
    /// One permit for each connection.
    connections: Arc<Semaphore>,
    /// SQLite has one writer: writers of this process queue here instead of polling the file.
    writers: Arc<Semaphore>,
    revocations: Arc<RevocationCache>,
    /// The system user who runs this process.
    system_user: Arc<str>,
    metrics: Metrics,
    /// Of a SQLite file: nobody replaces it while this process uses it.
    _usage: Option<Arc<UsageLock>>,
}

struct Manager(DatabaseUrl);

impl Store {
    /// Opens and migrates the database; a missing SQLite file is created.
    pub fn open(url: DatabaseUrl, system_user: &str) -> Result<Self, StoreFault> {
        let (mut file, mut usage, mut writers) = (None, None, CONNECTIONS);
        if let DatabaseUrl::Sqlite(path) = &url {
            // A new database in the place of one that is lost would look as if all was well. The lock is
            // created after the database, so whoever finds it must find the database.
            if was_used(path) && path.try_exists().is_ok_and(|exists| !exists) {
                return Err(StoreFault::Gone(path.clone()));
            }
            let created = DatabaseFile::open_or_create(path);
            created.map_err(|error| StoreFault::File(path.clone(), error))?;
            usage = Some(Arc::new(UsageLock::shared(path)?));
            // Nobody replaces it from here on.
            let opened = DatabaseFile::open_or_create(path);
            file = Some(opened.map_err(|error| StoreFault::File(path.clone(), error))?);
            writers = 1;
        }
        migration::run(&mut first_connection::open(&url)?)?;
        let builder = Pool::builder()
            .max_size(CONNECTIONS)
            .min_idle(Some(1))
            .connection_timeout(CONNECT_TIMEOUT);
        let permits = |count: u32| Arc::new(Semaphore::new(count as usize));
        Ok(Self {
            availability: Availability::new(url.clone(), file),
            pool: builder.build_unchecked(Manager(url)),
            connections: permits(CONNECTIONS),
            writers: permits(writers),
            revocations: Arc::default(),
            system_user: system_user.into(),
            metrics: Metrics::default(),
            _usage: usage,
        })
    }

    /// Runs a use case that only reads, in one transaction: all reads see the same snapshot.
    pub async fn read<T, F>(&self, work: F) -> Result<T, StoreFault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, StoreFault> + Send + 'static,
    {
        let reading = async {
            let permit = acquire(&self.connections).await?;
            let pool = self.pool.clone();
            blocking(move || {
                let done = read(&mut *pool.get()?, work);
                drop(permit);
                done
            })
            .await
        };
        self.availability.guard(reading).await
    }

    /// Runs a use case in one transaction that begins at `now`; a fault rolls all of it back. It is
    /// run again if it conflicts with a concurrent one.
    pub async fn write<T, F>(&self, now: Time, work: F) -> Result<T, StoreFault>
    where
        T: Send + 'static,
        F: Fn(&mut Unit<'_>) -> Result<T, StoreFault> + Send + 'static,
    {
        let deadline = Instant::now() + TURN_TIMEOUT;
        let writing = async {
            let permits = self.permits_to_write().await?;
            let store = self.clone();
            blocking(move || {
                let (mut db, user) = (store.pool.get()?, &store.system_user);
                let (value, effects) = write_with_retries(&mut db, now, deadline, user, work)?;
                effects.apply(&store.revocations, &store.metrics);
                drop(permits);
                // Before it is acknowledged: a file that was removed takes all of it along.
                let is_kept = store.availability.has_its_file();
                if is_kept { Ok(value) } else { Err(StoreFault::Unanswered) }
            })
            .await
        };
        self.availability.guard(writing).await
    }

    async fn permits_to_write(&self) -> Result<[OwnedSemaphorePermit; 2], StoreFault> {
        let permits = tokio::time::timeout(QUEUE_TIMEOUT, async {
            // The connection comes second: a waiting writer must not keep one from readers.
            let writer = acquire(&self.writers).await?;
            Ok([writer, acquire(&self.connections).await?])
        });
        permits.await.unwrap_or(Err(StoreFault::Overloaded))
    }

    /// Reads what other processes have revoked, in the order of the database.
    pub async fn sync_revocations(&self, now: Time) -> Result<(), StoreFault> {
        let last = self.revocations.read_after();
        let recent = self.read(move |tx| revocations::after(tx, last)).await?;
        self.revocations.refresh(&recent, now);
        Ok(())
    }

    /// Whether an access token is revoked, as far as is known in memory.
    #[must_use]
    pub fn is_revoked(&self, claims: &AccessClaims, now: Time) -> Revoked {
        self.revocations.judge(claims, now)
    }

    /// How old the revocations in memory are.
    #[must_use]
    pub fn revocation_lag(&self, now: Time) -> Span {
        self.revocations.lag(now)
    }

    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What is read when the metrics are.
    #[must_use]
    pub fn readings(&self, now: Time) -> Readings {
        let pool = self.pool.state();
        Readings {
            revocation_lag: self.revocation_lag(now).to_std().unwrap_or_default(),
            connections_in_use: pool.connections.saturating_sub(pool.idle_connections),
            connections_idle: pool.idle_connections,
        }
    }

    /// Adds a revocation that was found in the database before `sync_revocations` has read it.
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
    deadline: Instant,
    system_user: &str,
    work: impl Fn(&mut Unit<'_>) -> Result<T, StoreFault>,
) -> Result<(T, Effects), StoreFault> {
    let mut attempt = 1;
    loop {
        match write(db, now, deadline, system_user, &work) {
            Err(fault) if fault.is_transient() && attempt < ATTEMPTS => attempt += 1,
            done => return done,
        }
    }
}

/// One transaction.
fn write<T>(
    db: &mut Db,
    now: Time,
    deadline: Instant,
    system_user: &str,
    work: impl Fn(&mut Unit<'_>) -> Result<T, StoreFault>,
) -> Result<(T, Effects), StoreFault> {
    db.begin_write(deadline)?;
    let mut unit = Unit::new(db, now, system_user);
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
        tracing::warn!(%error, "a transaction could not be rolled back; its connection is closed");
    }
}

/// A permit, first come, first served. It moves to the blocking task, so that a client that
/// disconnects does not free it early.
async fn acquire(permits: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, StoreFault> {
    let permit = tokio::time::timeout(QUEUE_TIMEOUT, Arc::clone(permits).acquire_owned()).await;
    permit.map_err(|_| StoreFault::Overloaded)?.map_err(|_| StoreFault::Overloaded)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreFault> + Send + 'static,
) -> Result<T, StoreFault> {
    // What is logged there belongs to the same request.
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work))
        .await
        .unwrap_or(Err(StoreFault::Cancelled))
}

impl ManageConnection for Manager {
    type Connection = Db;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Db, Self::Error> {
        Db::connect(&self.0).map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, db: &mut Db) -> Result<(), Self::Error> {
        let writable = matches!(&self.0, DatabaseUrl::Postgres(url) if url.must_be_writable);
        let pinged = if writable { db.ping_writable() } else { db.ping() };
        pinged.map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, db: &mut Db) -> bool {
        std::thread::panicking() || db.is_broken()
    }
}

#[cfg(test)]
#[path = "pool_tests.rs"]
mod tests;
