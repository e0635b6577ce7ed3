//! Passwords known from data breaches, in one file in the data directory.
//!
//! The operator builds the file from a downloaded list (`vestibule passwords import`). No password,
//! and no part of its hash, ever leaves the server.

mod file;
mod import;
mod list;

pub use file::FileError;
pub use import::{ImportError, import};
pub use list::ListError;

use aws_lc_rs::digest;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use xorf::{BinaryFuse16, Filter};

/// A set of passwords. It holds 18 bits for each, so it takes about 15 in a million other passwords
/// for members: a password it contains *may* be known.
pub struct BreachedPasswords(BinaryFuse16);

impl BreachedPasswords {
    /// Reads the file; none if there is no such file.
    pub fn read(path: &Path) -> Result<Option<Self>, FileError> {
        match fs::read(path) {
            Ok(bytes) => file::decode(path, &bytes).map(|filter| Some(Self(filter))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FileError::Unreadable(path.to_owned(), error)),
        }
    }

    #[must_use]
    pub fn contains(&self, password: &[u8]) -> bool {
        let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, password);
        hash.as_ref().first_chunk().is_some_and(|first| self.0.contains(&key(*first)))
    }
}

/// What stands for a password: the first 64 bits of its SHA-1 hash.
fn key(first_bytes: [u8; 8]) -> u64 {
    u64::from_be_bytes(first_bytes)
}
