//! Files that only their owner can read, replaced as a whole.
//!
//! A file is written under another name, flushed to the disk and renamed, so that a crash leaves the old content or the new.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;
use zeroize::Zeroizing;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as os;
#[cfg(windows)]
use windows as os;

/// An owner-only file cannot be used.
#[derive(Debug, Error)]
pub(crate) enum OwnerOnlyError {
    /// The operating system refuses.
    #[error("cannot {action} “{}”: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Others than its owner can read or change it.
    #[error(
        "“{}” can be read or changed by other users, so it is not used; take their access away (chmod 600), and if they may have read it, set a new key",
        .0.display()
    )]
    #[cfg_attr(
        not(unix),
        expect(dead_code, reason = "Windows hands an access list down instead")
    )]
    OpenToOthers(PathBuf),
    /// It belongs to somebody else.
    #[error("“{}” belongs to another user, so it is not used; run keyfold-agent as the user who set it up", .0.display())]
    #[cfg_attr(
        not(unix),
        expect(dead_code, reason = "Windows hands an access list down instead")
    )]
    NotOurs(PathBuf),
    /// It is not a plain file, or larger than any file the Agent writes.
    #[error("“{}” is not a file that keyfold-agent wrote; move it away", .0.display())]
    NotPlain(PathBuf),
}

impl OwnerOnlyError {
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }
}

/// The content of a file of at most `limit` bytes; none when there is no such file.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Option<Zeroizing<Vec<u8>>>, OwnerOnlyError> {
    let file = match os::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(OwnerOnlyError::io("open", path, error)),
    };
    let metadata = file
        .metadata()
        .map_err(|error| OwnerOnlyError::io("read", path, error))?;
    if !metadata.is_file() || metadata.len() > limit {
        return Err(OwnerOnlyError::NotPlain(path.to_owned()));
    }
    os::check(path, &metadata)?;
    // One byte more than was announced shows a file that still grows, and the buffer is never reallocated.
    let capacity = usize::try_from(metadata.len() + 1).unwrap_or(usize::MAX);
    let mut content = Zeroizing::new(Vec::with_capacity(capacity));
    let read = file.take(metadata.len() + 1).read_to_end(&mut content);
    read.map_err(|error| OwnerOnlyError::io("read", path, error))?;
    Ok(Some(content))
}

/// Makes a directory that only its owner can look into, unless it is there.
pub(crate) fn create_directory(directory: &Path) -> Result<(), OwnerOnlyError> {
    os::create_directory(directory).map_err(|error| OwnerOnlyError::io("create", directory, error))
}

/// Replaces the file at `path` in `directory`, which is created when it is not there.
pub(crate) fn write(directory: &Path, path: &Path, content: &[u8]) -> Result<(), OwnerOnlyError> {
    create_directory(directory)?;
    let unfinished = path.with_extension(format!("{:08x}.new", rand::random::<u32>()));
    let written = write_new(&unfinished, content)
        .and_then(|()| std::fs::rename(&unfinished, path))
        .and_then(|()| os::sync_directory(directory));
    if written.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    written.map_err(|error| OwnerOnlyError::io("write", path, error))
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file: File = os::create_new(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn what_is_written_is_read_and_belongs_to_its_owner_alone() {
        let outside = tempfile::tempdir().unwrap();
        let directory = outside.path().join("a/b");
        let path = directory.join("key.json");
        assert!(read(&path, 10).unwrap().is_none());
        write(&directory, &path, b"first").unwrap();
        write(&directory, &path, b"second").unwrap();
        assert_eq!(read(&path, 10).unwrap().unwrap().as_slice(), b"second");
        assert_eq!((mode(&directory), mode(&path)), (0o700, 0o600));
        assert_eq!(
            fs::read_dir(&directory).unwrap().count(),
            1,
            "nothing is left over"
        );
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.json");
        write(directory.path(), &path, b"secret").unwrap();
        for open in [0o640, 0o604, 0o620, 0o602] {
            fs::set_permissions(&path, Permissions::from_mode(open)).unwrap();
            assert!(
                matches!(read(&path, 10), Err(OwnerOnlyError::OpenToOthers(_))),
                "{open:o}"
            );
        }
    }

    #[test]
    fn neither_links_nor_directories_nor_large_files_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.json");
        write(directory.path(), &path, b"0123456789").unwrap();
        assert!(matches!(read(&path, 9), Err(OwnerOnlyError::NotPlain(_))));
        let link = directory.path().join("link.json");
        symlink(&path, &link).unwrap();
        assert!(matches!(read(&link, 10), Err(OwnerOnlyError::Io { .. })));
        assert!(matches!(
            read(directory.path(), 1 << 20),
            Err(OwnerOnlyError::NotPlain(_))
        ));
    }
}
