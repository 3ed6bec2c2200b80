//! What a tool said, kept short and without secrets.

use zeroize::Zeroizing;

/// So much of the end is looked through.
const KEPT: usize = 16 * 1024;
/// So many lines of it are shown,
const LINES: usize = 3;
/// with so many characters.
const SHOWN: usize = 500;
/// What is shown in place of words with a secret in them.
const LEFT_OUT: &str = "what it said is left out: there was a secret in it";

/// The end of what a tool says.
#[derive(Default)]
pub(super) struct Said(Zeroizing<Vec<u8>>);

impl Said {
    /// It says more.
    pub(super) fn more(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
        if self.0.len() > 2 * KEPT {
            let start = self.0.len() - KEPT;
            let rest = self.0.split_off(start);
            self.0 = Zeroizing::new(rest);
        }
    }

    /// Whether these words are in it.
    pub(super) fn has(&self, words: &str) -> bool {
        self.holds(words.as_bytes())
    }

    /// Its last lines for people, unless one of these secrets is anywhere in it.
    pub(super) fn words<'s>(&self, secrets: impl IntoIterator<Item = &'s [u8]>) -> String {
        let mut secrets = secrets.into_iter().map(<[u8]>::trim_ascii);
        if secrets.any(|secret| !secret.is_empty() && self.holds(secret)) {
            return LEFT_OUT.to_owned();
        }
        let text = String::from_utf8_lossy(&self.0);
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let last = lines[lines.len().saturating_sub(LINES)..].join("\n");
        let shown = last.chars().filter(|it| *it == '\n' || !it.is_control());
        shown.take(SHOWN).collect()
    }

    fn holds(&self, bytes: &[u8]) -> bool {
        self.0.windows(bytes.len()).any(|window| window == bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_shown_and_no_secret() {
        let mut said = Said::default();
        for number in 0..10_000 {
            said.more(format!("line {number}\r\n\n").as_bytes());
        }
        said.more(b"\x1b[31mFatal: all is lost\n");
        let words = said.words([b"secret".as_slice()]);
        assert_eq!(words, "line 9998\nline 9999\n[31mFatal: all is lost");
        assert!(said.has("all is lost") && !said.has("line 1\n"));
        assert_eq!(said.words([b"9999\n".as_slice()]), LEFT_OUT);

        said.more("ä".repeat(5_000).as_bytes());
        assert_eq!(said.words([]).chars().count(), SHOWN);
    }
}
