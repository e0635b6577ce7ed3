//! Whether the database can be used. While it is down, callers fail at once, and one probe after the
//! other finds out when it is back.

use super::StoreFault;
use super::connection::Db;
use super::database_file::DatabaseFile;
use crate::config::DatabaseUrl;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// How long a transaction may take before the database is probed. If it is alive, the transaction
/// goes on. Together with `PROBE_TIMEOUT` and the hash of a password, a caller knows within two
/// seconds.
const SUSPICION: Duration = Duration::from_millis(500);
/// How long the database may take to answer a probe.
const PROBE_TIMEOUT: Duration = Duration::from_millis(800);
/// The pause between two probes of a database that is down.
const PROBE_PERIOD: Duration = Duration::from_millis(500);

/// What is known about the database.
#[derive(Clone)]
pub(super) struct Availability(Arc<Shared>);

struct Shared {
    url: DatabaseUrl,
    file: Option<DatabaseFile>,
    down: watch::Sender<bool>,
    probing: AtomicBool,
}

impl Availability {
    pub fn new(url: DatabaseUrl, file: Option<DatabaseFile>) -> Self {
        let down = watch::Sender::new(false);
        Self(Arc::new(Shared { url, file, down, probing: AtomicBool::new(false) }))
    }

    /// Runs work on the database: not if it is down, and no longer than until it is found to be. Work
    /// that is given up may still be done, or may have been.
    pub async fn guard<T>(
        &self,
        work: impl Future<Output = Result<T, StoreFault>>,
    ) -> Result<T, StoreFault> {
        if !self.has_its_file() {
            self.probe();
            return Err(StoreFault::Down);
        }
        let mut down = self.0.down.subscribe();
        if *down.borrow() {
            return Err(StoreFault::Down);
        }
        let suspicion = async {
            tokio::time::sleep(SUSPICION).await;
            self.probe();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            biased;
            done = work => {
                if done.as_ref().is_err_and(StoreFault::may_be_an_outage) {
                    self.probe();
                }
                done
            }
            _ = down.wait_for(|down| *down) => Err(StoreFault::Unanswered),
            () = suspicion => Err(StoreFault::Unanswered),
        }
    }

    /// Whether the SQLite file is still the one that was opened.
    pub fn has_its_file(&self) -> bool {
        self.0.file.as_ref().is_none_or(DatabaseFile::is_unchanged)
    }

    /// Probes the database, until it is found to be up.
    fn probe(&self) {
        if self.0.probing.swap(true, Ordering::SeqCst) {
            return;
        }
        let shared = Arc::clone(&self.0);
        tokio::spawn(async move {
            while let Err(reason) = shared.answer().await {
                if !shared.down.send_replace(true) {
                    tracing::error!(%reason, "the database is down; requests that need it are refused until it is back");
                }
                tokio::time::sleep(PROBE_PERIOD).await;
            }
            if shared.down.send_replace(false) {
                tracing::info!("the database is back");
            }
            shared.probing.store(false, Ordering::SeqCst);
        });
    }
}

impl Shared {
    async fn answer(self: &Arc<Self>) -> Result<(), String> {
        let shared = Arc::clone(self);
        let asked = tokio::task::spawn_blocking(move || shared.ask());
        match tokio::time::timeout(PROBE_TIMEOUT, asked).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("it does not answer".to_owned()),
        }
    }

    fn ask(&self) -> Result<(), String> {
        if let Some(file) = self.file.as_ref().filter(|file| !file.is_unchanged()) {
            return Err(format!(
                "{} was removed or replaced under the running server: put it back, or restart",
                file.path().display()
            ));
        }
        let answer = Db::connect(&self.url).map_err(|error| error.to_string());
        match answer.and_then(|mut db| db.ping().map_err(|error| error.to_string())) {
            // It is busy: the transactions on other connections say more.
            Err(error) if is_alive(&error) => Ok(()),
            answer => answer,
        }
    }
}

/// Whether only a living database refuses like this: another process has locked it, or its connections
/// are used up.
fn is_alive(error: &str) -> bool {
    ["database is locked", "too many clients", "remaining connection slots"]
        .iter()
        .any(|text| error.contains(text))
}
