//! Backups of a SQLite database, while it is used.

use crate::clock::Clock;
use crate::disk::{sync_folder_of, with_ending};
use crate::store::{self, StoreFault};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What is copied where.
pub struct Backup<'p> {
    pub database: &'p Path,
    pub to: &'p Path,
    /// How many backups are kept: `to`, `to.1` and so on, the newest first. Without it, an existing
    /// file is not replaced.
    pub keep: Option<u32>,
    /// Gets the time of the backup, and is locked while one is made.
    pub stamp: &'p Path,
}

/// Why there is no backup. Earlier ones are unchanged.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{0} exists")]
    Exists(PathBuf),
    #[error("another backup is being made")]
    Running,
    #[error("{0} cannot be written: {1}")]
    File(PathBuf, io::Error),
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Backup<'_> {
    /// Makes a backup; returns its size in bytes. It gets its name once it is whole, checked and on
    /// the disk.
    pub fn make(&self, clock: &Clock) -> Result<u64, BackupError> {
        if self.to.is_dir() {
            return Err(BackupError::File(self.to.to_owned(), ErrorKind::IsADirectory.into()));
        }
        if self.keep.is_none() && self.to.exists() {
            return Err(BackupError::Exists(self.to.to_owned()));
        }
        let mut stamp = self.lock_stamp()?;
        let draft = with_ending(self.to, "part");
        let made = self.write(&draft);
        if made.is_err() {
            let _ = fs::remove_file(&draft);
        }
        let size = made?;
        let now = clock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let stamped = stamp.set_len(0).and_then(|()| writeln!(stamp, "{now}"));
        stamped.map_err(|error| BackupError::File(self.stamp.to_owned(), error))?;
        Ok(size)
    }

    /// One backup at a time: two would write into the same file.
    fn lock_stamp(&self) -> Result<File, BackupError> {
        let failed = |error| BackupError::File(self.stamp.to_owned(), error);
        let opened = OpenOptions::new().create(true).append(true).mode(0o600).open(self.stamp);
        let stamp = opened.map_err(failed)?;
        match stamp.try_lock() {
            Ok(()) => Ok(stamp),
            Err(TryLockError::WouldBlock) => Err(BackupError::Running),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    fn write(&self, draft: &Path) -> Result<u64, BackupError> {
        let failed = |error| BackupError::File(draft.to_owned(), error);
        let file = create(draft).map_err(failed)?;
        store::backup::copy(self.database, draft)?;
        store::backup::check(draft)?;
        file.sync_all().map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        self.name(draft).map_err(|error| BackupError::File(self.to.to_owned(), error))?;
        Ok(size)
    }

    /// Gives the draft its name, and earlier backups the next higher numbers. The oldest is replaced.
    fn name(&self, draft: &Path) -> io::Result<()> {
        let numbered = |number: u32| match number {
            0 => self.to.to_owned(),
            number => with_ending(self.to, &number.to_string()),
        };
        for number in (1..self.keep.unwrap_or(1)).rev() {
            if numbered(number - 1).exists() {
                fs::rename(numbered(number - 1), numbered(number))?;
            }
        }
        fs::rename(draft, self.to)?;
        sync_folder_of(self.to)
    }
}

/// An empty file that only its owner can read. One of an interrupted backup is replaced.
fn create(draft: &Path) -> io::Result<File> {
    if draft.exists() {
        fs::remove_file(draft)?;
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)
}
