//! The format of the file: magic number, version, SHA-256 of the rest, number of passwords, and a
//! binary fuse filter. Numbers are little-endian.

use aws_lc_rs::digest;
use std::io;
use std::path::{Path, PathBuf};
use xorf::{BinaryFuse16, Descriptor};

const MAGIC: &[u8; 8] = b"vst-brch";
const VERSION: u32 = 1;

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error(
        "the breached passwords in {0} cannot be read: {1}. Correct the permissions of the file, or remove it"
    )]
    Unreadable(PathBuf, io::Error),
    #[error(
        "{0} is not a file of breached passwords of this version: build it with `vestibule passwords import`, or remove it"
    )]
    Foreign(PathBuf),
    #[error(
        "the breached passwords in {0} are damaged: build the file again with `vestibule passwords import`, or remove it"
    )]
    Damaged(PathBuf),
}

/// The content of the file.
pub(super) fn encode(filter: &BinaryFuse16, count: u64) -> Vec<u8> {
    let Descriptor { seed, segment_length, segment_count_length, .. } = filter.descriptor;
    let mut body = Vec::with_capacity(24 + 2 * filter.fingerprints.len());
    body.extend(count.to_le_bytes());
    body.extend(seed.to_le_bytes());
    body.extend(segment_length.to_le_bytes());
    body.extend(segment_count_length.to_le_bytes());
    body.extend(filter.fingerprints.iter().flat_map(|fingerprint| fingerprint.to_le_bytes()));
    let mut bytes = Vec::with_capacity(44 + body.len());
    bytes.extend(MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(checksum(&body).as_ref());
    bytes.extend(body);
    bytes
}

/// Reads the filter from the content of the file.
pub(super) fn decode(path: &Path, bytes: &[u8]) -> Result<BinaryFuse16, FileError> {
    let foreign = || FileError::Foreign(path.to_owned());
    let damaged = || FileError::Damaged(path.to_owned());
    let versioned = bytes.strip_prefix(MAGIC).ok_or_else(foreign)?;
    let rest = versioned.strip_prefix(&VERSION.to_le_bytes()).ok_or_else(foreign)?;
    let (sum, body) = rest.split_at_checked(digest::SHA256_OUTPUT_LEN).ok_or_else(damaged)?;
    if checksum(body).as_ref() != sum {
        return Err(damaged());
    }
    filter(body).ok_or_else(damaged)
}

fn checksum(body: &[u8]) -> digest::Digest {
    digest::digest(&digest::SHA256, body)
}

fn filter(body: &[u8]) -> Option<BinaryFuse16> {
    let (_count, body) = body.split_first_chunk::<8>()?;
    let (seed, body) = body.split_first_chunk()?;
    let (segment_length, body) = body.split_first_chunk()?;
    let (segment_count_length, body) = body.split_first_chunk()?;
    let segment_length = u32::from_le_bytes(*segment_length);
    let descriptor = Descriptor {
        seed: u64::from_le_bytes(*seed),
        segment_length,
        segment_length_mask: segment_length.checked_sub(1)?,
        segment_count_length: u32::from_le_bytes(*segment_count_length),
    };
    let (fingerprints, _) = body.as_chunks();
    let fingerprints = fingerprints.iter().map(|bytes| u16::from_le_bytes(*bytes)).collect();
    let filter = BinaryFuse16 { descriptor, fingerprints };
    fits(&filter).then_some(filter)
}

/// Whether every lookup stays within the fingerprints: xorf indexes them unchecked by the
/// descriptor.
fn fits(filter: &BinaryFuse16) -> bool {
    let Descriptor { segment_length, segment_count_length, .. } = filter.descriptor;
    let end = u64::from(segment_count_length) + 2 * u64::from(segment_length);
    let aligned = segment_length.is_power_of_two() && segment_count_length % segment_length == 0;
    aligned && u64::try_from(filter.fingerprints.len()).is_ok_and(|length| length == end)
}

#[cfg(test)]
mod tests {
    use super::{FileError, MAGIC, checksum, decode, encode};
    use std::path::Path;
    use xorf::{BinaryFuse16, Filter};

    fn sample(keys: std::ops::Range<u64>) -> (Vec<u64>, Vec<u8>) {
        let keys: Vec<u64> = keys.map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15)).collect();
        let filter = BinaryFuse16::try_from(&keys).unwrap();
        let bytes = encode(&filter, keys.len() as u64);
        (keys, bytes)
    }

    fn read(bytes: &[u8]) -> Result<BinaryFuse16, FileError> {
        decode(Path::new("p"), bytes)
    }

    #[test]
    fn every_password_written_is_found_again_however_few_there_are() {
        for count in [1, 2, 3, 10, 1_000] {
            let (keys, bytes) = sample(1..count + 1);
            let filter = read(&bytes).unwrap();
            assert!(keys.iter().all(|key| filter.contains(key)), "{count}");
        }
    }

    #[test]
    fn a_changed_or_cut_byte_anywhere_is_noticed() {
        let (_, bytes) = sample(1..100);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(read(&changed).is_err(), "byte {at}");
            assert!(read(&bytes[..at]).is_err(), "cut at {at}");
        }
        assert!(matches!(read(&bytes[..20]), Err(FileError::Damaged(_))));
    }

    #[test]
    fn another_file_and_another_version_are_foreign() {
        let (_, mut bytes) = sample(1..100);
        bytes[MAGIC.len()] = 2;
        for foreign in [&bytes[..], b"", b"SQLite format 3\0", MAGIC] {
            assert!(matches!(read(foreign), Err(FileError::Foreign(_))), "{foreign:?}");
        }
    }

    #[test]
    fn a_filter_that_would_be_read_beyond_its_end_is_refused_whatever_its_checksum() {
        let (_, bytes) = sample(1..100);
        let (head, body) = bytes.split_at(44);
        for (at, value) in [(16, 0u32), (16, 3), (16, u32::MAX), (20, u32::MAX), (20, 7)] {
            let mut body = body.to_vec();
            body[at..at + 4].copy_from_slice(&value.to_le_bytes());
            let forged = [&head[..12], checksum(&body).as_ref(), &body].concat();
            assert!(matches!(read(&forged), Err(FileError::Damaged(_))), "{at}: {value}");
        }
    }
}
