//! What is remembered: the only room that names diesel. Rows never leave it; domain types do.
//!
//! A use case is one trip: `store.read(..)` or `store.write(..)` with a closure over the functions of the nouns. A refusal is a
//! value the closure returns and is committed; only a fault rolls back.

pub mod accounts;
mod connection;
pub mod events;
pub mod keys;
pub mod revocations;
mod row;
mod schema;
pub mod sessions;

use crate::config::DatabaseUrl;
use connection::Db;
use diesel::r2d2::{ManageConnection, Pool};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Connections: enough for the readers of a few cores; SQLite has one writer anyway.
const CONNECTIONS: u32 = 8;
/// How long a use case waits for its turn. Together with what a connection may wait (`busy_timeout`, `REACH`), whoever asks is told
/// within two seconds that the database cannot be had.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(1);
/// How long the first connection may take: after a crash SQLite recovers its log first.
const START_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(800);

/// A database that cannot be used right now, or data that cannot be right. Never a refusal.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    #[error("the database is overloaded: no connection became free in time")]
    Overloaded,
    #[error("the database cannot be reached: {0}")]
    Unreachable(#[from] diesel::r2d2::PoolError),
    #[error("the database refused a statement: {0}")]
    Database(#[from] diesel::result::Error),
    #[error("the tables could not be brought up to date: {0}")]
    Migration(String),
    #[error("the database file could not be made: {0}")]
    File(#[from] std::io::Error),
    #[error("{table}.{column} holds a value this version does not know")]
    Corrupt { table: &'static str, column: &'static str },
    #[error("a database task was cancelled")]
    Cancelled,
}

/// What a use case works with; borrowed for one trip.
pub struct Tx<'c>(&'c mut Db);

/// The database.
#[derive(Clone)]
pub struct Store {
    pool: Pool<Manager>,
    /// A turn on one of the connections.
    permits: Arc<Semaphore>,
    /// SQLite has one writer; in here writers queue for that turn instead of polling the file.
    writers: Arc<Semaphore>,
}

struct Manager(DatabaseUrl);

impl Store {
    /// Opens the database, makes it if it is a file that is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// `StoreFault`.
    pub fn open(location: DatabaseUrl) -> Result<Self, StoreFault> {
        let mut writers = CONNECTIONS;
        if let DatabaseUrl::Sqlite(path) = &location {
            // SQLite would make it readable for all; its companions take over the mode of the database.
            std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
            writers = 1;
        }
        let builder = Pool::builder()
            .max_size(CONNECTIONS)
            .min_idle(Some(1))
            .connection_timeout(CONNECT_TIMEOUT);
        let permits = |count: u32| Arc::new(Semaphore::new(count as usize));
        let pool = builder.build_unchecked(Manager(location));
        let store = Self { pool, permits: permits(CONNECTIONS), writers: permits(writers) };
        store
            .pool
            .get_timeout(START_TIMEOUT)?
            .migrate()
            .map_err(|e| StoreFault::Migration(e.to_string()))?;
        Ok(store)
    }

    /// Runs a use case that only reads.
    ///
    /// # Errors
    /// `StoreFault`.
    pub async fn read<T, F>(&self, work: F) -> Result<T, StoreFault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, StoreFault> + Send + 'static,
    {
        let permit = in_time(&self.permits).await?;
        let pool = self.pool.clone();
        off_the_async_threads(move || {
            let done = work(&mut Tx(&mut *pool.get()?));
            drop(permit);
            done
        })
        .await
    }

    /// Runs a use case in one transaction: all of it is kept, or on a fault none.
    ///
    /// # Errors
    /// `StoreFault`.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreFault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, StoreFault> + Send + 'static,
    {
        let permits = tokio::time::timeout(QUEUE_TIMEOUT, async {
            // Holding a connection while waiting to write would keep readers from it.
            let writing = in_time(&self.writers).await?;
            Ok::<_, StoreFault>((writing, in_time(&self.permits).await?))
        });
        let permits = permits.await.unwrap_or(Err(StoreFault::Overloaded))?;
        let pool = self.pool.clone();
        off_the_async_threads(move || {
            let done = write(&mut *pool.get()?, work);
            drop(permits);
            done
        })
        .await
    }
}

/// One transaction.
fn write<T>(
    connection: &mut Db,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreFault>,
) -> Result<T, StoreFault> {
    connection.begin_write()?;
    match work(&mut Tx(connection)) {
        Ok(value) => connection.commit().map(|()| value).map_err(StoreFault::from),
        Err(fault) => {
            if let Err(error) = connection.roll_back() {
                tracing::warn!(%error, "a transaction could not be rolled back; its connection is given up");
            }
            Err(fault)
        }
    }
}

/// A turn, first come, first served. It goes along into the blocking task: a client that hangs up does not free it early.
async fn in_time(permits: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, StoreFault> {
    let permit = tokio::time::timeout(QUEUE_TIMEOUT, Arc::clone(permits).acquire_owned()).await;
    permit.map_err(|_| StoreFault::Overloaded)?.map_err(|_| StoreFault::Overloaded)
}

async fn off_the_async_threads<T: Send + 'static>(
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

    fn is_valid(&self, connection: &mut Db) -> Result<(), Self::Error> {
        connection.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut Db) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_that_start_together_on_a_new_database_all_start() {
        const TOGETHER: usize = 16;
        for _ in 0..10 {
            let folder = tempfile::tempdir().unwrap();
            let ready = std::sync::Barrier::new(TOGETHER);
            let open = || {
                ready.wait();
                Store::open(DatabaseUrl::Sqlite(folder.path().join("test.db")))
                    .map(drop)
                    .map_err(|e| e.to_string())
            };
            let opened: Vec<_> = std::thread::scope(|scope| {
                let started: Vec<_> = (0..TOGETHER).map(|_| scope.spawn(open)).collect();
                started.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert_eq!(opened, vec![Ok(()); TOGETHER]);
        }
    }
}
