//! Who uses a SQLite file: any number of processes, or the one that replaces it.

use super::StoreFault;
use crate::disk::with_ending;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Held while a database file is in use. It is a lock (`flock`) on a file beside it: a lock on the
/// database itself would follow the old file when it is replaced.
pub struct UsageLock {
    _file: File,
}

/// Whether the database was there before: its lock was taken, and remains beside it.
#[must_use]
pub fn was_used(database: &Path) -> bool {
    with_ending(database, "lock").exists()
}

impl UsageLock {
    /// Held by whatever reads or writes the database; refused while it is replaced, and if the file
    /// cannot be written: SQLite's own messages do not say why.
    pub fn shared(database: &Path) -> Result<Self, StoreFault> {
        let file = open(database)?;
        match OpenOptions::new().append(true).open(database) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(unusable(database, error));
            }
            _ => {}
        }
        match file.try_lock_shared() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreFault::BeingReplaced),
            Err(TryLockError::Error(error)) => Err(unusable(database, error)),
        }
    }

    /// Held by whoever replaces the database; refused while anybody uses it.
    pub fn exclusive(database: &Path) -> Result<Self, StoreFault> {
        let file = open(database)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreFault::InUse),
            Err(TryLockError::Error(error)) => Err(unusable(database, error)),
        }
    }
}

fn open(database: &Path) -> Result<File, StoreFault> {
    let path = with_ending(database, "lock");
    let opened = OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
    opened.map_err(|error| unusable(&path, error))
}

fn unusable(path: &Path, error: std::io::Error) -> StoreFault {
    StoreFault::File(path.to_owned(), error)
}
