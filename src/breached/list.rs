//! A downloaded list of hashes, such as that of Have I Been Pwned: a line `HASH:COUNT` for each
//! password, in any order.

use super::key;
use data_encoding::HEXLOWER_PERMISSIVE;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, BufRead, Read};

/// SHA-1 in hexadecimal.
const HASH_LENGTH: usize = 40;
/// Longer than any line of a list: what is not a list may have no line ends at all.
const MAX_LINE: u64 = 80;

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error("the list cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// The number of the first line that is not `HASH:COUNT`.
    #[error("line {0} is not HASH:COUNT")]
    Line(u64),
}

/// The passwords of the list that were seen most often, in no order. Only these are held in memory,
/// so the list may be of any length.
pub(super) fn most_frequent(mut list: impl BufRead, top: usize) -> Result<Vec<u64>, ListError> {
    let mut kept: BinaryHeap<Reverse<(u64, u64)>> = BinaryHeap::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if list.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let (key, count) = parse(&line).ok_or(ListError::Line(number))?;
        if kept.len() < top {
            kept.push(Reverse((count, key)));
        } else if let Some(mut rarest) = kept.peek_mut()
            && rarest.0.0 < count
        {
            *rarest = Reverse((count, key));
        }
    }
    let mut keys: Vec<u64> = kept.into_iter().map(|Reverse((_, key))| key).collect();
    // A list may contain a password twice, the filter may not.
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// The key of a line's password, and how often it was seen.
fn parse(line: &[u8]) -> Option<(u64, u64)> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let (hash, count) = line.split_at_checked(HASH_LENGTH)?;
    let mut bytes = [0; HASH_LENGTH / 2];
    HEXLOWER_PERMISSIVE.decode_mut(hash, &mut bytes).ok()?;
    let count = str::from_utf8(count.strip_prefix(b":")?).ok()?;
    Some((key(*bytes.first_chunk()?), count.trim_end_matches('\r').parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{ListError, MAX_LINE, most_frequent};
    use std::io::Cursor;

    fn line(key: u64, count: u64) -> String {
        format!("{key:016X}{:024X}:{count}\n", 7)
    }

    fn top(list: &str, top: usize) -> Result<Vec<u64>, ListError> {
        most_frequent(Cursor::new(list), top)
    }

    #[test]
    fn the_most_frequent_are_found_in_any_order() {
        let counted: Vec<(u64, u64)> = (1..=100).map(|key| (key, key * 37 % 101)).collect();
        let expected = |most: usize| {
            let mut sorted = counted.clone();
            sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let mut keys: Vec<u64> = sorted.iter().take(most).map(|(key, _)| *key).collect();
            keys.sort_unstable();
            keys
        };
        let by_hash: String = counted.iter().map(|(key, count)| line(*key, *count)).collect();
        let mut sorted = counted.clone();
        sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let by_count: String = sorted.iter().map(|(key, count)| line(*key, *count)).collect();
        for most in [1, 10, 99, 100, 1_000] {
            assert_eq!(top(&by_hash, most).unwrap(), expected(most), "by hash, {most}");
            assert_eq!(top(&by_count, most).unwrap(), expected(most), "by prevalence, {most}");
        }
    }

    #[test]
    fn line_ends_letter_case_and_repetition_do_not_matter() {
        let list = format!("{}{}{}", line(0xAB, 5), line(0xAB, 5).to_lowercase(), line(0xCD, 1));
        let windows = list.replace('\n', "\r\n");
        let unended = list.trim_end();
        for list in [&list, &windows, unended] {
            assert_eq!(top(list, 10).unwrap(), [0xAB, 0xCD], "{list:?}");
        }
        assert!(top("", 10).unwrap().is_empty());
    }

    #[test]
    fn a_wrong_line_is_told_by_its_number() {
        let hash = "0".repeat(40);
        for wrong in [
            "",
            "password:1",
            &hash,
            &format!("{hash}:"),
            &format!("{hash}:-1"),
            &format!("{hash};1"),
            &format!("{hash}:99999999999999999999999"),
            &format!("{}:1", "0".repeat(32)),
            &format!("{}:1", "0".repeat(64)),
            &format!("{}g:1", "0".repeat(39)),
            &format!("{}é:1", "0".repeat(38)),
            &format!("{hash}:1 "),
            &"x".repeat(1_000),
        ] {
            let list = format!("{}{wrong}\n{}", line(1, 1), line(2, 1));
            let error = top(&list, 10).unwrap_err();
            assert!(matches!(error, ListError::Line(2)), "{wrong}: {error}");
        }
    }

    #[test]
    fn what_has_no_line_ends_is_not_read_into_memory() {
        let mut endless = Cursor::new(vec![b'0'; 1_000_000]);
        assert!(matches!(most_frequent(&mut endless, 10), Err(ListError::Line(1))));
        assert!(endless.position() <= MAX_LINE);
    }
}
