//! Small files: read with a bound, written whole or not at all.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// Far more than a certificate or a request takes, in bytes.
const MAX_BYTES: u64 = 256 * 1024;

/// Reads a small file; none when it is larger than any certificate.
pub(crate) fn read_small(file: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    File::open(file)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut content)?;
    Ok((content.len() as u64 <= MAX_BYTES).then_some(content))
}

/// Writes a file that only its owner may read; the old one or the new one is there, whatever happens.
pub(crate) fn write_atomically(file: &Path, content: &[u8]) -> io::Result<()> {
    let directory = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    let mut temporary = tempfile::NamedTempFile::new_in(directory)?;
    temporary.write_all(content)?;
    temporary.as_file().sync_all()?;
    temporary.persist(file).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a").join("b");
        write_atomically(&file, b"old").unwrap();
        write_atomically(&file, b"new").unwrap();
        assert_eq!(read_small(&file).unwrap().unwrap(), b"new");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read() {
        use std::os::unix::fs::PermissionsExt as _;

        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secret");
        write_atomically(&file, b"x").unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_large_file_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("large");
        File::create(&file).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert!(read_small(&file).unwrap().is_none());
    }
}
