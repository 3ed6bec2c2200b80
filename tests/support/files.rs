//! Sample files to back up, and the comparison after they are restored.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Writes a small tree of files that are easy to get wrong: empty, large, binary, deep, with names of all kinds.
pub fn write_sample(directory: &Path, seed: u64) -> anyhow::Result<()> {
    let mut noise = Noise(seed | 1);
    let files: [(&str, usize); 7] = [
        ("patients/2026/admissions.csv", 20_000),
        ("patients/2026/räntgen/bild 1.dcm", 700_000),
        ("patients/2025/admissions.csv", 65_536),
        ("letters/Entlassung “Müller”.txt", 1),
        ("letters/empty", 0),
        ("db/ward.sqlite", 300_000),
        (".settings", 128),
    ];
    for (name, length) in files {
        let path = directory.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, noise.bytes(length))?;
    }
    Ok(())
}

/// What is in a directory: each file's path below it, and its bytes.
pub fn content(directory: &Path) -> anyhow::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut left = vec![directory.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                left.push(path);
            } else {
                files.insert(path.strip_prefix(directory)?.to_owned(), fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

/// Xorshift (Marsaglia 2003): the same bytes for the same seed on every machine, and not compressible.
struct Noise(u64);

impl Noise {
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            bytes.extend_from_slice(&self.0.to_le_bytes());
        }
        bytes.truncate(length);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_a_missing_and_a_new_file_are_found() -> anyhow::Result<()> {
        let (one, other) = (tempfile::tempdir()?, tempfile::tempdir()?);
        write_sample(one.path(), 7)?;
        write_sample(other.path(), 7)?;
        let before = content(one.path())?;
        assert_eq!(
            (before.len(), before.values().map(Vec::len).sum()),
            (7, 1_085_665)
        );
        assert_eq!(content(other.path())?, before);

        let empty = other.path().join("letters/empty");
        fs::write(&empty, b"x")?;
        assert_ne!(content(other.path())?, before);
        fs::remove_file(&empty)?;
        assert_ne!(content(other.path())?, before);
        fs::write(&empty, b"")?;
        fs::write(other.path().join("new"), b"")?;
        assert_ne!(content(other.path())?, before);
        Ok(())
    }
}
