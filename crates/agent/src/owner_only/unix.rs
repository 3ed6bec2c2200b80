//! Modes 0600 and 0700.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;

use super::OwnerOnlyError;

const OTHERS: u32 = 0o077;

/// Opens without following a symbolic link and without waiting for a pipe's other end.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}

pub(super) fn check(path: &Path, metadata: &Metadata) -> Result<(), OwnerOnlyError> {
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(OwnerOnlyError::NotOurs(path.to_owned()));
    }
    if metadata.mode() & OTHERS != 0 {
        return Err(OwnerOnlyError::OpenToOthers(path.to_owned()));
    }
    Ok(())
}

pub(super) fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

pub(super) fn create_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a rename last (`fsync` of the directory).
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
