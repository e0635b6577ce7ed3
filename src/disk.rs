//! Files on the operator's disk: what to do if one cannot be used, and what several owners do with
//! them.

use std::fs::File;
use std::io::{self, Error, ErrorKind};
use std::path::{Path, PathBuf};

/// What the operator can do, as the end of a sentence.
pub fn advice(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::PermissionDenied => {
            "Run this as the user who owns the data directory, or correct its owner and permissions"
        }
        ErrorKind::ReadOnlyFilesystem => {
            "Mount the file system writable, or name another place in VESTIBULE_DATA_DIR or DATABASE_URL"
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "Free some space on the disk",
        ErrorKind::NotFound => "Create its folder, or correct VESTIBULE_DATA_DIR or DATABASE_URL",
        ErrorKind::IsADirectory | ErrorKind::NotADirectory => {
            "A folder was named for a file, or a file for a folder: correct VESTIBULE_DATA_DIR or DATABASE_URL"
        }
        _ => "Check VESTIBULE_DATA_DIR and DATABASE_URL, the disk and the permissions",
    }
}

/// `vestibule.db` and `part`: `vestibule.db.part`.
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// The folder a file is in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new name survives a power cut only once its folder is synced.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}
