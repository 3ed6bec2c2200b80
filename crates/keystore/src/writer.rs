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
    pub(crate) fn stage_folder(&self, name: &str) -> Result<Staged<'_>, FileError> {
        let path = self.staging().join(name);
        disk::create_folder(&path, self.access)?;
        Ok(Staged { writer: self, path })
    }

    /// Puts content in place of a file, if any.
    pub(crate) fn replace(&self, target: &Path, content: &[u8]) -> Result<(), FileError> {
        self.stage_file(content)?.put_in_place_of(target)
    }

    /// Writes a file into the staging area.
    pub(crate) fn stage_file(&self, content: &[u8]) -> Result<Staged<'_>, FileError> {
        let path = self.staging().join("file");
        disk::write_new(&path, content, self.access)?;
        Ok(Staged { writer: self, path })
    }

    /// Takes a folder away, at once as others see it.
    pub(crate) fn remove_folder(&self, target: &Path) -> Result<(), FileError> {
        rename(target, &self.staging().join("removed"))?;
        self.clear_staging()?;
        disk::create_folder(&self.staging(), self.access)
    }

    fn staging(&self) -> PathBuf {
        self.root.join(STAGING)
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

/// A folder or file that is prepared and not in place yet.
pub(crate) struct Staged<'a> {
    writer: &'a Writer,
    path: PathBuf,
}

impl Staged<'_> {
    /// Where it is prepared.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file into this folder.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> Result<(), FileError> {
        disk::write_new(&self.path.join(name), content, self.writer.access)
    }

    /// Puts this folder where nothing is yet.
    pub(crate) fn put_new(self, target: &Path) -> Result<(), FileError> {
        if disk::exists(target) {
            let exists = io::ErrorKind::AlreadyExists.into();
            return Err(FileError::on("create", target)(exists));
        }
        sync_tree(&self.path)?;
        rename(&self.path, target)
    }

    /// Puts this file in place of the one there, if any.
    pub(crate) fn put_in_place_of(self, target: &Path) -> Result<(), FileError> {
        rename(&self.path, target)
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

/// Moves a file or folder and makes that durable.
fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    fs::rename(from, to).map_err(FileError::on("put in place", to))?;
    for folder in [to.parent(), from.parent()].into_iter().flatten() {
        disk::sync_folder(folder)?;
    }
    Ok(())
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
