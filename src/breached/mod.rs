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

#[cfg(test)]
mod tests {
    use super::{BreachedPasswords, import};
    use aws_lc_rs::digest;
    use data_encoding::HEXUPPER;
    use std::fs;

    #[test]
    fn all_imported_passwords_are_found_and_hardly_any_other() {
        let folder = tempfile::tempdir().unwrap();
        let (list, file) = (folder.path().join("list"), folder.path().join("file"));
        assert!(BreachedPasswords::read(&file).unwrap().is_none());
        let line = |n: u32| {
            let hash =
                digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, format!("known {n}").as_bytes());
            format!("{}:{n}\n", HEXUPPER.encode(hash.as_ref()))
        };
        fs::write(&list, (0..10_000).map(line).collect::<String>()).unwrap();
        assert_eq!(import(&list, 9_000, &file).unwrap(), 9_000);
        let breached = BreachedPasswords::read(&file).unwrap().unwrap();
        let contains = |text: String| breached.contains(text.as_bytes());
        assert!((1_000..10_000).all(|n| contains(format!("known {n}"))));
        let rare = (0..1_000).filter(|n| contains(format!("known {n}"))).count();
        let others = (0..100_000).filter(|n| contains(format!("other {n}"))).count();
        // Two in 131,072 are expected.
        assert!(rare + others <= 10, "{rare}, {others}");
    }
}
