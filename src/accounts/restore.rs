//! Putting a backup in the place of a SQLite database.

use crate::disk::{folder_of, sync_folder_of, with_ending};
use crate::store::{self, StoreFault, UsageLock};
use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What the name of SQLite's log ends with.
const LOG: &str = "-wal";

/// A copy of the backup in a folder beside the database. It takes the database's place once it has
/// been migrated, and its sessions have ended; until then, nothing has changed.
pub struct RestoreDraft {
    database: PathBuf,
    folder: PathBuf,
    _usage: UsageLock,
}

/// Why nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error("{0} is the database itself")]
    Same(PathBuf),
    #[error("{0} exists")]
    Earlier(PathBuf),
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl RestoreDraft {
    /// Copies a backup, and checks the copy. Refused while anybody uses the database.
    pub fn of(backup: &Path, database: &Path) -> Result<Self, RestoreError> {
        // A symbolic link stays one.
        let database = database.canonicalize().unwrap_or_else(|_| database.to_owned());
        if backup.canonicalize().is_ok_and(|backup| backup == database) {
            return Err(RestoreError::Same(database));
        }
        let usage = UsageLock::exclusive(&database)?;
        let folder = with_ending(&database, "restoring");
        let draft = Self { database, folder, _usage: usage };
        // A log alone would be taken for that of the database that is kept next.
        if ["", LOG, "-shm"].iter().any(|ending| beside(&draft.replaced(), ending).exists()) {
            return Err(RestoreError::Earlier(draft.replaced()));
        }
        draft.copy(backup)?;
        store::backup::check(&draft.file())?;
        Ok(draft)
    }

    /// The copy, to be migrated.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.folder.join("vestibule.db")
    }

    /// Where the database from before is kept.
    #[must_use]
    pub fn replaced(&self) -> PathBuf {
        with_ending(&self.database, "before-restore")
    }

    /// Puts the copy in the database's place; returns where the database from before is, if there was
    /// one.
    pub fn install(self) -> Result<Option<PathBuf>, RestoreError> {
        store::backup::fold_log(&self.file())?;
        let failed = |error| RestoreError::File(self.database.clone(), error);
        File::open(self.file()).and_then(|file| file.sync_all()).map_err(failed)?;
        let existed = self.database.exists();
        if existed {
            self.fold_replaced()?;
        }
        self.keep_replaced(existed).map_err(failed)?;
        fs::rename(self.file(), &self.database).map_err(failed)?;
        sync_folder_of(&self.database).map_err(failed)?;
        Ok(existed.then(|| self.replaced()))
    }

    /// Writes the log of the database from before into it. That of a damaged one is kept beside it.
    fn fold_replaced(&self) -> Result<(), StoreFault> {
        match store::backup::fold_log(&self.database) {
            Err(fault @ StoreFault::InUse) => Err(fault),
            Err(fault) => {
                tracing::warn!(%fault, "the database from before the restore is damaged");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// A log that stayed beside the database would be taken for that of the backup.
    fn keep_replaced(&self, exists: bool) -> io::Result<()> {
        for ending in [LOG, "-shm"] {
            let beside = beside(&self.database, ending);
            if beside.exists() {
                fs::rename(beside, self::beside(&self.replaced(), ending))?;
            }
        }
        if exists { fs::hard_link(&self.database, self.replaced()) } else { Ok(()) }
    }

    fn copy(&self, backup: &Path) -> Result<(), RestoreError> {
        let failed = |error| RestoreError::File(backup.to_owned(), error);
        // Only one interrupted restore can have left it: this one holds the lock.
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).map_err(failed)?;
        }
        let created = DirBuilder::new().mode(0o700).create(&self.folder);
        created.map_err(|error| RestoreError::File(folder_of(&self.database).to_owned(), error))?;
        fs::copy(backup, self.file()).map_err(failed)?;
        // Of a copy that was made without `vestibule backup`.
        let log = beside(backup, LOG);
        if log.exists() {
            fs::copy(log, beside(&self.file(), LOG)).map_err(failed)?;
        }
        fs::set_permissions(self.file(), Permissions::from_mode(0o600)).map_err(failed)
    }
}

/// `vestibule.db` and `-wal`: `vestibule.db-wal`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

impl Drop for RestoreDraft {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
