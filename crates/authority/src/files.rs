//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use crate::error::AuthorityError;

/// Writes `content` so that a crash leaves the old file or the new one. Owner-only on Unix.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), AuthorityError> {
    write_io(path, content).map_err(|source| file_error(path, source))
}

/// Reads a file of at most 16 MiB.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, AuthorityError> {
    use io::Read as _;
    let mut content = Vec::new();
    File::open(path)
        .and_then(|file| file.take(16 << 20).read_to_end(&mut content))
        .map_err(|source| file_error(path, source))?;
    Ok(content)
}

/// Makes the directory, for its owner only on Unix.
pub(crate) fn create_directory(path: &Path) -> Result<(), AuthorityError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|source| file_error(path, source))
}

/// Takes the lock that only one process at a time has; it goes with the file.
pub(crate) fn lock(directory: &Path) -> Result<File, AuthorityError> {
    let path = directory.join("lock");
    let file = File::options()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(|source| file_error(&path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(AuthorityError::Busy {
            path: directory.to_owned(),
        }),
        Err(fs::TryLockError::Error(source)) => Err(file_error(&path, source)),
    }
}

pub(crate) fn file_error(path: &Path, source: io::Error) -> AuthorityError {
    AuthorityError::File {
        path: path.to_owned(),
        source,
    }
}

fn write_io(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    // `tempfile` makes it readable for its owner only.
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    #[cfg(unix)]
    File::open(directory)?.sync_all()?;
    Ok(())
}
