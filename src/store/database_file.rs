//! The SQLite file: a file that was removed or replaced while it is open still takes writes, which are
//! gone after a restart.

use std::fs::{Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The file that this process has opened.
pub(super) struct DatabaseFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl DatabaseFile {
    /// Creates a missing file. SQLite would create it readable for everyone; its `-wal` and `-shm`
    /// files inherit the mode.
    pub fn open_or_create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
        let metadata = file.metadata()?;
        Ok(Self { path: path.to_owned(), device: metadata.dev(), inode: metadata.ino() })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether its path still leads to it.
    pub fn is_unchanged(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|found| self.is(&found))
    }

    fn is(&self, found: &Metadata) -> bool {
        (found.dev(), found.ino()) == (self.device, self.inode)
    }
}

/// The URL that opens a file, but does not create it. A path is text: what has a meaning in a URL is
/// escaped.
pub(super) fn without_creating(path: &Path) -> String {
    let path = path.to_string_lossy();
    let path = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    // Two slashes at the beginning would name a host.
    let root = if path.starts_with('/') { "//" } else { "" };
    format!("file:{root}{path}?mode=rw")
}

#[cfg(test)]
mod tests {
    use crate::config::DatabaseUrl;
    use crate::store::connection::Db;

    #[test]
    fn a_file_with_any_name_is_opened_and_a_missing_one_is_not_created() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["plain.db", "what?mode=memory", "50%20.db", "a#b.db", "ü &+.db"] {
            let path = folder.path().join(name);
            let url = DatabaseUrl::Sqlite(path.clone());
            assert!(Db::connect(&url).is_err() && !path.exists(), "{name}");
            std::fs::write(&path, "").unwrap();
            Db::connect(&url).unwrap();
            assert!(std::fs::metadata(&path).unwrap().len() > 0, "{name}: it has another name");
        }
    }
}
