//! Builds the file from a downloaded list.

use super::file;
use super::list::{self, ListError};
use crate::disk::sync_folder_of;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use xorf::BinaryFuse16;

/// How much of the list is read at a time.
const READ_BUFFER: usize = 1024 * 1024;

/// Why no file was built. An existing one is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    List(#[from] ListError),
    #[error("the list is empty")]
    Empty,
    /// For almost all sets of keys, building succeeds at the first try; it is tried 1,000 times.
    #[error("no filter was found")]
    NotBuilt,
    #[error("the file cannot be written: {0}")]
    File(io::Error),
}

/// Builds the file from the `top` most frequent passwords of a list. Returns how many there are.
///
/// It needs about 50 bytes of memory for each of them, and none for the rest of the list.
pub fn import(list: &Path, top: usize, target: &Path) -> Result<usize, ImportError> {
    let list = File::open(list).map_err(ListError::from)?;
    let keys = list::most_frequent(BufReader::with_capacity(READ_BUFFER, list), top)?;
    if keys.is_empty() {
        return Err(ImportError::Empty);
    }
    let filter = BinaryFuse16::try_from(&keys).map_err(|_| ImportError::NotBuilt)?;
    let count = keys.len();
    let content = file::encode(&filter, u64::try_from(count).unwrap_or(u64::MAX));
    replace(target, &content).map_err(ImportError::File)?;
    Ok(count)
}

/// Writes in full under another name first: neither a full disk nor a crash leaves a partial file.
fn replace(target: &Path, content: &[u8]) -> io::Result<()> {
    let draft = target.with_extension("draft");
    let written = write(&draft, content).and_then(|()| fs::rename(&draft, target));
    if written.is_err() {
        // It may not exist; the error to report is the first.
        let _ = fs::remove_file(&draft);
    }
    written?;
    sync_folder_of(target)
}

fn write(draft: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(draft)?;
    file.write_all(content)?;
    file.sync_all()
}
