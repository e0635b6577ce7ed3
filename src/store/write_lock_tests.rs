use super::*;
use crate::config::DatabaseUrl;
use crate::domain::Time;
use crate::store::connection::Db;
use crate::store::{Store, StoreFault};
use diesel::connection::TransactionManager;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::time::timeout;

/// How long a busy process holds the lock for one transaction, and how long it is free then. SQLite's
/// own wait meets such a gap in one of fifty attempts, and makes 17 in 800 ms.
const HOLD: Duration = Duration::from_millis(10);
const GAP: Duration = Duration::from_micros(200);

#[derive(QueryableByName)]
struct BusyTimeout {
    #[diesel(sql_type = Integer)]
    timeout: i32,
}

/// A database, and how a process opens it.
struct Database(tempfile::TempDir);

impl Database {
    fn create() -> Self {
        let database = Self(tempfile::tempdir().unwrap());
        database.process();
        database
    }

    fn url(&self) -> DatabaseUrl {
        DatabaseUrl::Sqlite(self.0.path().join("test.db"))
    }

    fn process(&self) -> Store {
        Store::open(self.url(), "root").unwrap()
    }

    fn connection(&self) -> SqliteConnection {
        match Db::connect(&self.url()).unwrap() {
            Db::Sqlite(connection) => connection,
            Db::Postgres(_) => panic!("not SQLite"),
        }
    }
}

async fn write(store: &Store) -> Result<(), StoreFault> {
    store.write(Time::UNIX_EPOCH, |_| Ok(())).await
}

/// One transaction after the other, as fast as a busy process.
fn keep_busy(mut connection: SqliteConnection, done: &AtomicBool) {
    while !done.load(Ordering::SeqCst) {
        begin_locked(&mut connection, Instant::now() + Duration::from_secs(5)).unwrap();
        spin(HOLD);
        AnsiTransactionManager::commit_transaction(&mut connection).unwrap();
        spin(GAP);
    }
}

fn spin(duration: Duration) {
    let end = Instant::now() + duration;
    while Instant::now() < end {
        std::hint::spin_loop();
    }
}

#[tokio::test]
async fn a_writer_gets_its_turn_beside_one_busy_process_and_beside_two() {
    for processes in [1, 2] {
        let database = Database::create();
        let done = Arc::new(AtomicBool::new(false));
        let busy = (0..processes).map(|_| {
            let (connection, done) = (database.connection(), Arc::clone(&done));
            std::thread::spawn(move || keep_busy(connection, &done))
        });
        let busy: Vec<_> = busy.collect();
        let store = database.process();
        for turn in 0..20 {
            let written = write(&store).await;
            written.unwrap_or_else(|fault| panic!("turn {turn} beside {processes}: {fault}"));
        }
        done.store(true, Ordering::SeqCst);
        for process in busy {
            process.join().unwrap();
        }
    }
}

#[tokio::test]
async fn a_writer_without_a_turn_knows_within_two_seconds_of_its_arrival() {
    let database = Database::create();
    let mut blocker = database.connection();
    blocker.batch_execute("BEGIN IMMEDIATE").unwrap();
    let store = database.process();
    // This caller disconnects, but its unit of work is still in front of the next.
    timeout(Duration::from_millis(900), write(&store)).await.unwrap_err();
    let arrived = Instant::now();
    let fault = write(&store).await.unwrap_err();
    let waited = arrived.elapsed();
    assert!(waited < Duration::from_millis(2_400), "{fault} after {waited:?}");
    blocker.batch_execute("ROLLBACK").unwrap();
    write(&store).await.unwrap();
}

#[test]
fn other_waits_keep_their_timeout_whether_the_lock_was_free_or_not() {
    let database = Database::create();
    let (mut first, mut second) = (database.connection(), database.connection());
    begin_locked(&mut first, Instant::now()).unwrap();
    begin_locked(&mut second, Instant::now()).unwrap_err();
    for mut connection in [first, second] {
        let rows = diesel::sql_query("PRAGMA busy_timeout").get_result(&mut connection);
        assert_eq!(rows.map(|row: BusyTimeout| row.timeout), Ok(800));
    }
}

#[test]
fn only_a_lock_is_waited_for() {
    let mut connection = Database::create().connection();
    connection.batch_execute("BEGIN").unwrap();
    let arrived = Instant::now();
    begin_locked(&mut connection, Instant::now() + Duration::from_secs(5)).unwrap_err();
    assert!(arrived.elapsed() < Duration::from_secs(2), "another error was waited for");
}
