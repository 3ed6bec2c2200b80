//! Files and folders that only their owner may read, and careful reading of those that others wrote.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod platform;

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::error::FileError;

/// Who may read what is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// The user who makes it.
    Owner,
    /// Whoever may read the folder that it is made in.
    Inherited,
}

/// Makes a folder; it must not exist.
pub(crate) fn create_folder(path: &Path, access: Access) -> Result<(), FileError> {
    let made = match access {
        Access::Owner => platform::create_folder(path),
        Access::Inherited => fs::create_dir(path),
    };
    made.map_err(FileError::on("create", path))
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(path: &Path) -> Result<(), FileError> {
    platform::sync_folder(path).map_err(FileError::on("flush", path))
}

/// Takes everybody else's access to a folder away.
pub(crate) fn restrict_folder(path: &Path) -> Result<(), FileError> {
    platform::restrict_folder(path).map_err(FileError::on("restrict access to", path))
}

/// Writes a new file, flushed to the disk, and reads it back.
pub(crate) fn write_new(path: &Path, content: &[u8], access: Access) -> Result<(), FileError> {
    let created = match access {
        Access::Owner => platform::create_file(path),
        Access::Inherited => File::create_new(path),
    };
    let written = created.and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    written.map_err(FileError::on("write", path))?;
    match read(path, content.len()) {
        Ok(Some(read)) if read == content => Ok(()),
        Ok(_) => Err(FileError::on("read back", path)(
            io::ErrorKind::InvalidData.into(),
        )),
        Err(source) => Err(FileError::on("read back", path)(source)),
    }
}

/// Opens the lock file, making it if need be.
pub(crate) fn open_lock_file(path: &Path) -> Result<File, FileError> {
    platform::open_or_create_file(path).map_err(FileError::on("open", path))
}

/// Reads a plain file; `None` if nothing is there.
///
/// Links, pipes and devices and files of more than `limit` bytes are [`io::ErrorKind::InvalidData`].
pub(crate) fn read(path: &Path, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let kind = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !kind.is_file() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let file = platform::open_plain(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut content = Vec::new();
    file.take(limit as u64 + 1).read_to_end(&mut content)?;
    if content.len() > limit {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(Some(content))
}

/// Whether a real folder is there, not a link to one.
pub(crate) fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

/// Whether anything is there, even a dangling link.
pub(crate) fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn what_is_made_is_for_the_owner_only() {
        let home = tempfile::tempdir().unwrap();
        let (folder, file) = (home.path().join("folder"), home.path().join("file"));
        create_folder(&folder, Access::Owner).unwrap();
        write_new(&file, b"content", Access::Owner).unwrap();
        assert_eq!(
            fs::metadata(&folder).unwrap().permissions().mode() & 0o7777,
            0o700
        );
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o7777,
            0o600
        );
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        restrict_folder(&folder).unwrap();
        assert_eq!(
            fs::metadata(&folder).unwrap().permissions().mode() & 0o7777,
            0o700
        );
    }

    #[test]
    fn nothing_is_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        write_new(&file, b"first", Access::Owner).unwrap();
        for access in [Access::Owner, Access::Inherited] {
            assert!(write_new(&file, b"second", access).is_err());
        }
        assert_eq!(fs::read(&file).unwrap(), b"first");
    }

    #[test]
    fn only_plain_files_within_the_limit_are_read() {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        fs::write(path("file"), b"12345").unwrap();
        symlink(path("file"), path("link")).unwrap();
        symlink(path("nowhere"), path("dangling")).unwrap();
        fs::create_dir(path("folder")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, path("pipe"), rustix::fs::Mode::RUSR).unwrap();

        assert_eq!(read(&path("file"), 5).unwrap().unwrap(), b"12345");
        assert!(read(&path("nothing"), 5).unwrap().is_none());
        assert_eq!(
            read(&path("file"), 4).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
        for unfit in ["link", "dangling", "folder", "pipe"] {
            let error = read(&path(unfit), 5).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{unfit}");
        }
    }
}
