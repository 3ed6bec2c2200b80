//! Writing: one process at a time, prepared aside, put in place by a rename.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::disk::{self, Access};
use crate::error::FileError;
use crate::layout::{LOCK_FILE, STAGING};

/// The right to write in a directory, held until dropped.
pub(crate) struct Writer {
    root: PathBuf,
    access: Access,
    /// `Some` until dropped; the lock ends with the handle.
    lock: Option<File>,
}

impl Writer {
    /// Waits for other writers, then clears away what a killed one left.
    pub(crate) fn begin(root: &Path, access: Access) -> Result<Self, FileError> {
        let lock_path = root.join(LOCK_FILE);
        let lock = disk::open_lock_file(&lock_path)?;
        lock.lock().map_err(FileError::on("lock", &lock_path))?;
        let writer = Self {
            root: root.to_owned(),
            access,
            lock: Some(lock),
        };
        writer.clear_staging()?;
        disk::create_folder(&writer.staging(), access)?;
        Ok(writer)
    }

    /// The directory written to.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Makes an empty folder in the staging area.
    pub(crate) fn stage_folder(&self, name: &str) -> Result<PathBuf, FileError> {
        let path = self.staging().join(name);
        disk::create_folder(&path, self.access)?;
        Ok(path)
    }

    /// Writes a file into a staged folder.
    pub(crate) fn write(&self, path: &Path, content: &[u8]) -> Result<(), FileError> {
        disk::write_new(path, content, self.access)
    }

    /// Writes a file into the staging area, to be put in place by [`Self::put_file`].
    pub(crate) fn stage_file(&self, name: &str, content: &[u8]) -> Result<PathBuf, FileError> {
        let path = self.staging().join(name);
        disk::write_new(&path, content, self.access)?;
        Ok(path)
    }

    /// Puts a staged folder where nothing is yet.
    pub(crate) fn put_folder(&self, staged: &Path, target: &Path) -> Result<(), FileError> {
        if disk::exists(target) {
            return Err(FileError::on("create", target)(
                io::ErrorKind::AlreadyExists.into(),
            ));
        }
        sync_tree(staged)?;
        self.rename(staged, target)
    }

    /// Puts a staged file in place of the one there, if any.
    pub(crate) fn put_file(&self, staged: &Path, target: &Path) -> Result<(), FileError> {
        self.rename(staged, target)
    }

    /// Takes a folder away, at once as others see it.
    pub(crate) fn remove_folder(&self, target: &Path) -> Result<(), FileError> {
        self.rename(target, &self.staging().join("removed"))?;
        self.clear_staging()?;
        disk::create_folder(&self.staging(), self.access)
    }

    fn staging(&self) -> PathBuf {
        self.root.join(STAGING)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        fs::rename(from, to).map_err(FileError::on("put in place", to))?;
        for folder in [to.parent(), from.parent()].into_iter().flatten() {
            disk::sync_folder(folder)?;
        }
        Ok(())
    }

    fn clear_staging(&self) -> Result<(), FileError> {
        let staging = self.staging();
        let cleared = if disk::is_folder(&staging) {
            fs::remove_dir_all(&staging)
        } else if disk::exists(&staging) {
            fs::remove_file(&staging)
        } else {
            Ok(())
        };
        cleared.map_err(FileError::on("clear", &staging))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next writer.
        drop(fs::remove_dir_all(self.staging()));
        drop(self.lock.take());
        if self.access == Access::Inherited {
            drop(fs::remove_file(self.root.join(LOCK_FILE)));
        }
    }
}

/// Makes the names in a folder of files, and of folders of files, durable.
fn sync_tree(folder: &Path) -> Result<(), FileError> {
    let entries = fs::read_dir(folder).map_err(FileError::on("read", folder))?;
    for entry in entries {
        let path = entry.map_err(FileError::on("read", folder))?.path();
        if disk::is_folder(&path) {
            sync_tree(&path)?;
        }
    }
    disk::sync_folder(folder)
}
