//! The operator's secret: read and checked, or created on the first run.

use crate::disk::{advice, sync_folder_of};
use crate::token::Secret;
use data_encoding::{
    BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE,
};
use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Bytes of a secret: the minimum accepted, and what is created.
const LENGTH: usize = 32;
/// A random source yields fewer distinct values than this among 32 bytes with a chance under one in
/// 10^15.
const MIN_DISTINCT: usize = 16;

/// Why the secret file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error(
        "the secret file {0} could not be read or created: {1}. {advice}", advice = advice(.1)
    )]
    File(PathBuf, io::Error),
    #[error(
        "the secret file {0} does not contain a valid secret. Restore it from a backup; without it the signing keys cannot be opened"
    )]
    Unreadable(PathBuf),
}

/// Reads hex or base64 of at least 32 random-looking bytes; refuses phrases, placeholders and runs
/// of numbers.
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

/// Words of placeholders, each too long to occur in random base64.
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

/// Enough distinct bytes, and no run with a constant step.
fn looks_random(bytes: &[u8]) -> bool {
    let distinct = bytes.iter().collect::<HashSet<_>>().len();
    let steps: Vec<u8> =
        bytes.iter().zip(bytes.iter().skip(1)).map(|(a, b)| b.wrapping_sub(*a)).collect();
    let distinct_steps = steps.iter().collect::<HashSet<_>>().len();
    distinct >= MIN_DISTINCT && distinct_steps >= MIN_DISTINCT
}

/// Reads the secret, or creates it. It is written in full before it gets its name: two processes
/// that start together use the same one, and a crash leaves no partial file.
pub(super) fn read_or_create(path: &Path) -> Result<Secret, SecretError> {
    let failed = |error| SecretError::File(path.to_owned(), error);
    if !path.try_exists().map_err(failed)? {
        create(path).map_err(failed)?;
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
    if fs::metadata(path).map_err(failed)?.permissions().mode() & 0o077 != 0 {
        tracing::warn!(file = %path.display(), "other users can read the secret: run chmod 600 on it");
    }
    decode(&text).ok_or_else(|| SecretError::Unreadable(path.to_owned()))
}

fn create(path: &Path) -> io::Result<()> {
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
        _ => sync_folder_of(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_and_base64_of_32_random_bytes_are_secrets_and_placeholders_are_not() {
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
    fn a_secret_is_created_once_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        read_or_create(&path).unwrap();
        let first = fs::read_to_string(&path).unwrap();
        read_or_create(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), first);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a draft was left");
    }

    #[test]
    fn a_damaged_secret_file_is_told_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, "oops").unwrap();
        assert!(matches!(read_or_create(&path), Err(SecretError::Unreadable(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "oops");
    }
}
