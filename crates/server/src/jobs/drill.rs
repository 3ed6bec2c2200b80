//! What drills with either tool need: a file that is picked by chance, and what was restored of it.

use aws_lc_rs::digest::{Context, SHA256};
use rand::RngExt as _;

use crate::clock::Entropy;

/// Neither tool needs long for a file of this size, and restic never cuts it up (its chunks have at least 512 KiB).
const MOST_BYTES: u64 = 512 * 1024;
/// A longer line is no file that would be picked.
const MOST_LINE: usize = 64 * 1024;

/// A longer answer is none that is understood.
const MOST_ANSWER: usize = 1 << 20;

/// A file of a backup.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) path: String,
    pub(super) size: u64,
}

/// Picks one of many files, each with the same chance.
#[derive(Default)]
pub(super) struct Pick {
    seen: u64,
    chosen: Option<Candidate>,
}

impl Pick {
    pub(super) fn offer(&mut self, entropy: &Entropy, path: &str, size: u64) {
        // A name that is not Unicode cannot be asked for by what stands in JSON.
        let named = !path.contains(char::REPLACEMENT_CHARACTER);
        if !named || !(1..MOST_BYTES).contains(&size) {
            return;
        }
        self.seen += 1;
        if entropy.draw(|rng| rng.random_range(0..self.seen)) == 0 {
            let path = path.to_owned();
            self.chosen = Some(Candidate { path, size });
        }
    }

    pub(super) fn chosen(self) -> Option<Candidate> {
        self.chosen
    }
}

/// Bytes that come in pieces, as lines.
pub(super) struct Lines<F> {
    line: Vec<u8>,
    each: F,
}

impl<F: FnMut(&[u8])> Lines<F> {
    pub(super) fn new(each: F) -> Self {
        Self {
            line: Vec::new(),
            each,
        }
    }

    pub(super) fn more(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.line.len() < MOST_LINE {
                self.line.extend_from_slice(part);
            }
            if part.ends_with(b"\n") {
                (self.each)(&self.line);
                self.line.clear();
            }
        }
    }
}

/// An answer of a tool, or the beginning of one that is larger than any that is read.
#[derive(Default)]
pub(super) struct Answer(Vec<u8>);

impl Answer {
    pub(super) fn more(&mut self, bytes: &[u8]) {
        if self.0.len() < MOST_ANSWER {
            self.0.extend_from_slice(bytes);
        }
    }

    /// As JSON; `null` when it is none.
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.0).unwrap_or_default()
    }
}

/// The length and SHA-256 of what comes in pieces.
pub(super) struct Hashed {
    len: u64,
    hash: Context,
}

impl Default for Hashed {
    fn default() -> Self {
        Self {
            len: 0,
            hash: Context::new(&SHA256),
        }
    }
}

impl Hashed {
    pub(super) fn more(&mut self, bytes: &[u8]) {
        self.len += bytes.len() as u64;
        self.hash.update(bytes);
    }

    /// Both, the hash in hexadecimal.
    pub(super) fn end(self) -> (u64, String) {
        let hash = self.hash.finish();
        let hex = hash.as_ref().iter().map(|byte| format!("{byte:02x}"));
        (self.len, hex.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_small_file_is_picked_some_time() {
        let entropy = Entropy::from_seed(1);
        let mut chosen = std::collections::BTreeSet::new();
        for _ in 0..100 {
            let mut pick = Pick::default();
            for (path, size) in [
                ("a", 1),
                ("b", 2),
                ("c", 3),
                ("empty", 0),
                ("large", MOST_BYTES),
            ] {
                pick.offer(&entropy, path, size);
            }
            pick.offer(&entropy, "\u{fffd}", 1);
            chosen.insert(pick.chosen().unwrap().path);
        }
        assert_eq!(chosen.into_iter().collect::<String>(), "abc");
    }

    #[test]
    fn pieces_become_lines_and_a_hash() {
        let mut lines = Vec::new();
        let mut pieces = Lines::new(|line: &[u8]| lines.push(line.to_vec()));
        let mut hashed = Hashed::default();
        for piece in ["ab", "c\nd", "ef\n", "\nrest"] {
            pieces.more(piece.as_bytes());
        }
        assert_eq!(lines, [b"abc\n".as_slice(), b"def\n", b"\n"]);
        for piece in ["a", "bc"] {
            hashed.more(piece.as_bytes());
        }
        let (len, hash) = hashed.end();
        assert_eq!(len, 3);
        // FIPS 180-2, appendix B.1.
        assert!(hash.starts_with("ba7816bf8f01cfea414140de5dae2223"));
    }
}
