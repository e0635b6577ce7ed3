//! What is remembered: the only room that names diesel. Rows never leave it; domain types do.
//!
//! A use case is one trip: `store.read(..)` or `store.write(..)` with a closure over the functions of the nouns. A refusal is a
//! value the closure returns and is committed; only a fault rolls back.

pub mod accounts;
mod connection;
pub mod events;
pub mod keys;
mod row;
mod schema;
pub mod sessions;

use crate::domain::location::Location;
use connection::Db;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Connections: enough for the readers of a few cores; SQLite has one writer anyway.
const CONNECTIONS: u32 = 8;
/// How long a use case waits for a connection before it is told that the database cannot be had.
const PATIENCE: Duration = Duration::from_millis(1500);

/// A database that cannot be used right now, or data that cannot be right. Never a refusal.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
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
    /// SQLite has one writer; in here writers queue on this lock in turn instead of polling the file.
    one_writer: Option<Arc<Mutex<()>>>,
}

struct Manager(Location);

impl Store {
    /// Opens the database, makes it if it is a file that is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// `StoreFault`.
    pub fn open(location: Location) -> Result<Self, StoreFault> {
        let mut one_writer = None;
        if let Location::Sqlite(path) = &location {
            // SQLite would make it readable for all; its companions take over the mode of the database.
            std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
            one_writer = Some(Arc::default());
        }
        let builder = Pool::builder().max_size(CONNECTIONS).min_idle(Some(1)).connection_timeout(PATIENCE);
        let store = Self { pool: builder.build(Manager(location))?, one_writer };
        store.pool.get()?.migrate().map_err(|e| StoreFault::Migration(e.to_string()))?;
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
        let store = self.clone();
        off_the_async_threads(move || work(&mut Tx(&mut *store.connection()?))).await
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
        let store = self.clone();
        off_the_async_threads(move || store.write_now(work)).await
    }

    fn write_now<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreFault>) -> Result<T, StoreFault> {
        // The lock guards no data: after a panic elsewhere it is as good as before.
        let _turn = self.one_writer.as_ref().map(|lock| lock.lock().unwrap_or_else(PoisonError::into_inner));
        let mut connection = self.connection()?;
        connection.begin_write()?;
        let done = work(&mut Tx(&mut connection));
        match done {
            Ok(value) => connection.commit().map(|()| value).map_err(StoreFault::from),
            Err(fault) => {
                if let Err(error) = connection.roll_back() {
                    tracing::warn!(%error, "a transaction could not be rolled back; its connection is given up");
                }
                Err(fault)
            }
        }
    }

    fn connection(&self) -> Result<PooledConnection<Manager>, StoreFault> {
        Ok(self.pool.get()?)
    }
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
