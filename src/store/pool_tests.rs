use super::*;
use crate::domain::event::{Event, EventKind};
use crate::store::sessions;
use diesel::connection::SimpleConnection;
use std::sync::atomic::{AtomicUsize, Ordering};

fn now() -> Time {
    Time::from_timestamp(1_800_000_000, 0).unwrap()
}

fn open(folder: &tempfile::TempDir) -> Result<Store, StoreFault> {
    Store::open(DatabaseUrl::Sqlite(folder.path().join("test.db")), "root")
}

fn execute(folder: &tempfile::TempDir, sql: &str) {
    let url = DatabaseUrl::Sqlite(folder.path().join("test.db"));
    Db::connect(&url).unwrap().batch_execute(sql).unwrap();
}

#[test]
fn processes_that_start_together_on_a_new_database_all_start() {
    const TOGETHER: usize = 16;
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let ready = std::sync::Barrier::new(TOGETHER);
        let start = || {
            ready.wait();
            open(&folder).map(drop).map_err(|fault| fault.to_string())
        };
        let opened: Vec<_> = std::thread::scope(|scope| {
            let started: Vec<_> = (0..TOGETHER).map(|_| scope.spawn(start)).collect();
            started.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(opened, vec![Ok(()); TOGETHER]);
    }
}

#[test]
fn a_database_of_another_version_is_refused_with_one_sentence() {
    for (version, sentence) in [("20261121000000", "development version"), ("20990101", "newer")] {
        let folder = tempfile::tempdir().unwrap();
        open(&folder).unwrap();
        let insert =
            format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}')");
        execute(&folder, &insert);
        let refused = open(&folder).map(drop).unwrap_err().to_string();
        assert!(refused.contains(sentence), "{version}: {refused}");
    }
}

#[tokio::test]
async fn a_unit_of_work_that_conflicts_with_a_concurrent_one_is_run_again_a_few_times() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).unwrap();
    let conflict = || {
        let kind = diesel::result::DatabaseErrorKind::SerializationFailure;
        StoreFault::Database(diesel::result::Error::DatabaseError(kind, Box::new(String::new())))
    };
    for (conflicts, succeeds) in [(0, true), (ATTEMPTS - 1, true), (ATTEMPTS, false)] {
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        let work = move |_: &mut Unit<'_>| {
            if counted.fetch_add(1, Ordering::SeqCst) < conflicts {
                Err(conflict())
            } else {
                Ok(())
            }
        };
        assert_eq!(store.write(now(), work).await.is_ok(), succeeds, "{conflicts} conflicts");
        assert_eq!(runs.load(Ordering::SeqCst), (conflicts + 1).min(ATTEMPTS));
    }
}

#[tokio::test]
async fn all_reads_of_a_use_case_see_the_same_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).unwrap();
    let path = folder.path().join("test.db");
    let (before, after) = store
        .read(move |tx| {
            let before = sessions::count_alive(tx, now())?;
            let url = DatabaseUrl::Sqlite(path.clone());
            let insert = "INSERT INTO accounts VALUES ('a', 'a@b.c', 'A', 'user', 0, NULL, NULL); \
                INSERT INTO sessions VALUES \
                ('s', 'a', 1, 1, NULL, 0, 0, 0, 0, 'pwd', 0, 0, 0, 9e15, 9e15, '', NULL, NULL, NULL);";
            Db::connect(&url).unwrap().batch_execute(insert).unwrap();
            Ok((before, sessions::count_alive(tx, now())?))
        })
        .await
        .unwrap();
    assert_eq!((before, after), (0, 0), "a write of another connection was seen in between");
}

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What is logged while `work` runs in a transaction, and whether that failed.
fn logged(
    folder: &tempfile::TempDir,
    work: impl Fn(&mut Unit<'_>) -> Result<(), StoreFault>,
) -> (bool, String) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    let mut db = Db::connect(&DatabaseUrl::Sqlite(folder.path().join("test.db"))).unwrap();
    let cache = RevocationCache::default();
    let done = tracing::subscriber::with_default(subscriber, || {
        write_with_retries(&mut db, now(), Instant::now(), "root", work)
            .map(|((), effects)| effects.apply(&cache, &Metrics::default()))
    });
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    (done.is_err(), text)
}

#[test]
fn an_event_is_logged_once_it_is_committed_and_a_failed_commit_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    open(&folder).unwrap();
    let event = || Event::by_operator(EventKind::KeysRotated, None, now());
    let (failed, log) = logged(&folder, |unit| unit.record(event()));
    assert!(!failed && log.contains("keys_rotated"), "{log}");
    // SQLite checks this foreign key when it commits.
    let (failed, log) = logged(&folder, |unit| {
        unit.0.batch_execute(
            "PRAGMA defer_foreign_keys = ON; \
             INSERT INTO credentials VALUES ('c', 'nobody', 'password', '', 1, 0)",
        )?;
        unit.record(event())
    });
    assert!(failed && log.is_empty(), "{log}");
    let (failed, log) = logged(&folder, |unit| {
        unit.record(event())?;
        Err(StoreFault::Cancelled)
    });
    assert!(failed && log.is_empty(), "{log}");
}
