//! The operator's secret: read, judged, or made on first run.

use crate::token::Secret;
use data_encoding::{
    BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE,
};
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Length of a secret in bytes: the least we take, and what we make.
const LENGTH: usize = 32;
/// Fewer different bytes than this among 32 do not come from a random source (the chance is under one in 10^15).
const FEWEST_DIFFERENT: usize = 16;

/// Why the secret file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error(
        "the secret file {0} could not be read or made: {1}. Make its folder writable for this user"
    )]
    File(PathBuf, io::Error),
    #[error(
        "the secret file {0} does not hold a secret. Restore it from a backup; without it the signing keys cannot be opened"
    )]
    Unreadable(PathBuf),
}

/// Reads hex or base64 of at least 32 bytes that look random. A phrase, a placeholder or a run of numbers is none.
#[must_use]
pub fn decode(text: &str) -> Option<Secret> {
    let text = text.trim();
    if is_phrase(text) {
        return None;
    }
    let encodings = [HEXLOWER_PERMISSIVE, BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD];
    let bytes = encodings.iter().find_map(|encoding| encoding.decode(text.as_bytes()).ok())?;
    (bytes.len() >= LENGTH && looks_random(&bytes)).then(|| Secret::new(bytes))
}

/// Words that stand where a secret should be. Each is long enough not to come up in random base64.
fn is_phrase(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = [
        "change",
        "secret",
        "password",
        "example",
        "default",
        "replace",
        "placeholder",
        "vestibule",
    ];
    words.iter().any(|word| lower.contains(word))
}

/// Enough different bytes, and no run with a constant step.
fn looks_random(bytes: &[u8]) -> bool {
    let different = bytes.iter().collect::<HashSet<_>>().len();
    let steps: Vec<u8> =
        bytes.iter().zip(bytes.iter().skip(1)).map(|(a, b)| b.wrapping_sub(*a)).collect();
    let different_steps = steps.iter().collect::<HashSet<_>>().len();
    different >= FEWEST_DIFFERENT && different_steps >= FEWEST_DIFFERENT
}

/// The secret in the file; if there is none, a new one, made in full before it gets its name: two processes that start
/// together use one, and a crash leaves none or a whole one.
pub(super) fn read_or_make(path: &Path) -> Result<Secret, SecretError> {
    let failed = |error| SecretError::File(path.to_owned(), error);
    if !path.try_exists().map_err(failed)? {
        make(path).map_err(failed)?;
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
    if fs::metadata(path).map_err(failed)?.permissions().mode() & 0o077 != 0 {
        tracing::warn!(file = %path.display(), "others may read the secret: run chmod 600 on it");
    }
    decode(&text).ok_or_else(|| SecretError::Unreadable(path.to_owned()))
}

fn make(path: &Path) -> io::Result<()> {
    let mut secret = Zeroizing::new([0u8; LENGTH]);
    getrandom::fill(&mut *secret).map_err(io::Error::other)?;
    let mut draft_name = [0u8; 8];
    getrandom::fill(&mut draft_name).map_err(io::Error::other)?;
    let draft = path.with_extension(format!("draft-{}", HEXLOWER.encode(&draft_name)));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    writeln!(file, "{}", *Zeroizing::new(HEXLOWER.encode(&*secret)))?;
    file.sync_all()?;
    let named = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match named {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(path),
    }
}

/// A file's name survives a power cut once its folder is written.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_and_base64_of_32_random_bytes_are_secrets_and_placeholders_are_none() {
        let bytes: Vec<u8> =
            (0..32u32).map(|i| (i * i * 37 + i * 11 + 90).to_le_bytes()[0]).collect();
        for text in [
            HEXLOWER.encode(&bytes),
            HEXLOWER.encode(&bytes).to_uppercase(),
            BASE64.encode(&bytes),
            BASE64URL_NOPAD.encode(&bytes),
        ] {
            assert!(decode(&format!(" {text}\n")).is_some(), "{text}");
        }
        let weak = [
            String::new(),
            "changeme".into(),
            "0".repeat(64),
            "deadbeef".repeat(8),
            "please-change-this-secret-before-production_".into(),
            "change-me-change-me-change-me-change-me-1234".into(),
            HEXLOWER.encode(&(0..32).collect::<Vec<u8>>()),
            HEXLOWER.encode(&(0..32).map(|i| i * 7 + 3).collect::<Vec<u8>>()),
            HEXLOWER.encode(&bytes[..31]),
            "A".repeat(44),
        ];
        for text in weak {
            assert!(decode(&text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_secret_is_made_once_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        read_or_make(&path).unwrap();
        let first = fs::read_to_string(&path).unwrap();
        read_or_make(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), first);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a draft was left");
    }

    #[test]
    fn a_damaged_secret_file_is_told_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, "oops").unwrap();
        assert!(matches!(read_or_make(&path), Err(SecretError::Unreadable(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "oops");
    }
}
