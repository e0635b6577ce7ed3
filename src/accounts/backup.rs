//! Backups of a SQLite database, while it is used.

use crate::clock::Clock;
use crate::disk::{folder_of, sync_folder_of, with_ending};
use crate::store::{self, StoreFault};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
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
    #[error("{0} is no backup")]
    NoBackup(PathBuf),
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
        if self.would_replace_what_is_no_backup() {
            return Err(BackupError::NoBackup(self.to.to_owned()));
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

    /// Whether the name is that of the database or of a file beside it that belongs to it, or of a file
    /// that is no database, such as the secret.
    fn would_replace_what_is_no_backup(&self) -> bool {
        let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = |path: &Path| whole(folder_of(path));
        let name = |path: &Path| path.file_name().unwrap_or_default().to_owned();
        let database = whole(self.database);
        let belongs_to_it = [self.to.to_owned(), whole(self.to)].iter().any(|to| {
            let begins =
                name(to).as_encoded_bytes().starts_with(name(&database).as_encoded_bytes());
            folder(to) == folder(&database) && begins
        });
        let is_another_file = self.to.exists() && !is_database(self.to);
        belongs_to_it || is_another_file || whole(self.to) == database
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

/// Whether a file begins as every SQLite database does.
fn is_database(path: &Path) -> bool {
    let mut start = [0; 16];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == *b"SQLite format 3\0"
}

/// An empty file that only its owner can read. One of an interrupted backup is replaced.
fn create(draft: &Path) -> io::Result<File> {
    if draft.exists() {
        fs::remove_file(draft)?;
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)
}
