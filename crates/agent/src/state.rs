//! The Agent's own directory: enrolment, key, and a backup that could not be reported yet.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use directories::BaseDirs;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::time::sleep;
use zeroize::Zeroizing;

use crate::owner_only::{self, OwnerOnlyError};

/// The largest file the Agent keeps: a 64 KiB key in base64, with room to spare.
const MAX_FILE: u64 = 256 << 10;

/// Between two attempts to lock a file.
const PAUSE: Duration = Duration::from_millis(200);

/// Where the Agent keeps its files, each readable by its owner only and replaced as a whole.
pub(crate) struct StateDirectory(PathBuf);

/// The Agent's directory cannot be used.
#[derive(Debug, Error)]
pub(crate) enum StateError {
    /// No per-user directory, as for a system service without HOME.
    #[error(
        "this user has no configuration directory; say where to keep the key with --config-dir"
    )]
    NoDirectory,
    /// The file cannot be read or written safely.
    #[error(transparent)]
    File(#[from] OwnerOnlyError),
    /// The file is not one that the Agent wrote, or was written by a newer one.
    #[error("“{}” is damaged or was written by a newer keyfold-agent; restore it, or set it up anew", .0.display())]
    Damaged(PathBuf),
    /// Its content has no JSON form.
    #[error("“{}” cannot be written: {source}; this is a fault of keyfold-agent, please report it", path.display())]
    Unwritable {
        /// Where.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

impl StateDirectory {
    /// The directory given, or the per-user one. Nothing is created yet.
    pub(crate) fn at(given: Option<PathBuf>) -> Result<Self, StateError> {
        let path = match given {
            Some(path) => std::path::absolute(&path)
                .map_err(|error| OwnerOnlyError::io("find", &path, error))?,
            None => BaseDirs::new()
                .ok_or(StateError::NoDirectory)?
                .config_local_dir()
                .join("Keyfold")
                .join("Agent"),
        };
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A file's content; none when there is no such file.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StateError> {
        let path = self.0.join(name);
        let Some(bytes) = owner_only::read(&path, MAX_FILE)? else {
            return Ok(None);
        };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|_| StateError::Damaged(path))
    }

    /// The refusal of a file that this version cannot use.
    pub(crate) fn damaged(&self, name: &str) -> StateError {
        StateError::Damaged(self.0.join(name))
    }

    /// Replaces a file as a whole: after a crash it is the old one or the new one.
    pub(crate) fn write(&self, name: &str, content: &impl Serialize) -> Result<(), StateError> {
        let path = self.0.join(name);
        let mut bytes = Zeroizing::new(Vec::with_capacity(1 << 18));
        serde_json::to_writer(&mut *bytes, content).map_err(|source| StateError::Unwritable {
            path: path.clone(),
            source,
        })?;
        Ok(owner_only::write(&self.0, &path, &bytes)?)
    }

    /// Keeps other processes of this Agent from what this empty file stands for, until the answer is dropped; none when one
    /// of them is at it.
    pub(crate) fn try_lock(&self, name: &str) -> Result<Option<File>, StateError> {
        let (path, lock) = self.lock_file(name)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(OwnerOnlyError::io("lock", &path, error).into()),
        }
    }

    /// Waits until nobody has it for themselves, and keeps it from that, together with others; none when it takes longer.
    pub(crate) async fn lock_with_others(
        &self,
        name: &str,
        patience: Duration,
    ) -> Result<Option<File>, StateError> {
        self.lock_when_free(name, patience, File::try_lock_shared)
            .await
    }

    /// Waits until nobody has it, and has it for itself; none when it takes longer.
    pub(crate) async fn lock_alone(
        &self,
        name: &str,
        patience: Duration,
    ) -> Result<Option<File>, StateError> {
        self.lock_when_free(name, patience, File::try_lock).await
    }

    async fn lock_when_free(
        &self,
        name: &str,
        patience: Duration,
        try_lock: impl Fn(&File) -> Result<(), TryLockError>,
    ) -> Result<Option<File>, StateError> {
        let (path, lock) = self.lock_file(name)?;
        let end = Instant::now() + patience;
        loop {
            match try_lock(&lock) {
                Ok(()) => return Ok(Some(lock)),
                Err(TryLockError::WouldBlock) if Instant::now() < end => sleep(PAUSE).await,
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => {
                    return Err(OwnerOnlyError::io("lock", &path, error).into());
                }
            }
        }
    }

    fn lock_file(&self, name: &str) -> Result<(PathBuf, File), StateError> {
        owner_only::create_directory(&self.0)?;
        let path = self.0.join(name);
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| OwnerOnlyError::io("open", &path, error))?;
        Ok((path, file))
    }

    /// Removes a file that may not be there.
    pub(crate) fn remove(&self, name: &str) -> Result<(), StateError> {
        let path = self.0.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(OwnerOnlyError::io("remove", &path, error).into())
            }
            _ => Ok(()),
        }
    }
}
