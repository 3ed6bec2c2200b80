//! How much a tool says it backed up: read from its output on the way through, where that is no terminal's.

use std::io::{self, Write as _};

use serde::Deserialize;
use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use tokio::process::ChildStdout;
use tokio::task::spawn_blocking;

/// restic's and borg's summaries are at the end, and far shorter.
const TAIL: usize = 64 << 10;
const CHUNK: usize = 16 << 10;

/// Writes what the tool writes to the Agent's own standard output, and answers how much it says it backed up.
pub(super) async fn pass_on(mut from: ChildStdout) -> Option<u64> {
    let mut tail = Tail::default();
    loop {
        let mut chunk = vec![0; CHUNK];
        let read = from.read(&mut chunk).await.unwrap_or(0);
        chunk.truncate(read);
        tail.push(&chunk);
        // Nobody listens: the tool finds its own output closed, as it would without the Agent in between.
        if read == 0 || !written(chunk).await {
            return tail.size();
        }
    }
}

/// Writes on another thread: whoever reads may be slow, and signals are passed on meanwhile.
async fn written(chunk: Vec<u8>) -> bool {
    let write = move || {
        let mut stdout = io::stdout().lock();
        stdout.write_all(&chunk).and_then(|()| stdout.flush())
    };
    spawn_blocking(write)
        .await
        .is_ok_and(|written| written.is_ok())
}

/// The end of what a tool wrote.
#[derive(Default)]
struct Tail(Vec<u8>);

/// restic's last line with `--json`.
#[derive(Deserialize)]
struct ResticSummary {
    total_bytes_processed: u64,
}

impl Tail {
    fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
        if self.0.len() > 2 * TAIL {
            self.0.drain(..self.0.len() - TAIL);
        }
    }

    /// Bytes, if the tool says so.
    fn size(&self) -> Option<u64> {
        let text = String::from_utf8_lossy(&self.0);
        let restic = text.lines().rev().find_map(|line| {
            let summary: Option<ResticSummary> = serde_json::from_str(line).ok();
            summary
                .map(|summary| summary.total_bytes_processed)
                .or_else(|| processed(line))
        });
        restic.or_else(|| borg(&text))
    }
}

/// restic for people: `processed 7 files, 1.036 MiB in 0:00`.
fn processed(line: &str) -> Option<u64> {
    let (_, rest) = line
        .trim()
        .strip_prefix("processed ")?
        .split_once(" files, ")?;
    let (size, _) = rest.split_once(" in ")?;
    let (number, unit) = size.split_once(' ')?;
    let power = ["B", "KiB", "MiB", "GiB", "TiB"]
        .iter()
        .position(|name| *name == unit)?;
    let (whole, thousandths) = number.split_once('.').unwrap_or((number, "0"));
    let thousandths: u64 = format!("{thousandths:0<3}").get(..3)?.parse().ok()?;
    let thousands = whole
        .parse::<u64>()
        .ok()?
        .checked_mul(1000)?
        .checked_add(thousandths)?;
    Some(thousands.checked_mul(1 << (10 * power))? / 1000)
}

/// borg with `--json`.
fn borg(text: &str) -> Option<u64> {
    let start = text.find('{')?;
    let created: Value = serde_json::from_str(&text[start..]).ok()?;
    created["archive"]["stats"]["original_size"].as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(text: &str) -> Option<u64> {
        let mut tail = Tail::default();
        tail.push(&vec![b' '; 5 * TAIL]);
        tail.push(b"\n");
        tail.push(text.as_bytes());
        tail.size()
    }

    #[test]
    fn tools_say_how_much_they_backed_up() {
        assert_eq!(
            size("Dirs: 9 new\n\nprocessed 7 files, 1.036 MiB in 0:00\nsnapshot 0 saved\n"),
            Some(1_086_324)
        );
        assert_eq!(size("processed 0 files, 0 B in 0:00\n"), Some(0));
        assert_eq!(
            size("{\"message_type\":\"summary\",\"total_bytes_processed\":1085665}\n"),
            Some(1_085_665)
        );
        assert_eq!(
            size("{\n \"archive\": {\"stats\": {\"original_size\": 17}}\n}\n"),
            Some(17)
        );
        for nothing in [
            "",
            "processed many files, 1 MiB",
            "{\"total\":1}",
            "processed 7 files, 99999999999999 TiB in 0:00",
        ] {
            assert_eq!(size(nothing), None, "{nothing}");
        }
    }
}
