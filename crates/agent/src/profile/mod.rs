//! How a backup tool takes its key, how it tells a wrong key from another failure, and how its key is changed.
//!
//! Which tool and repository it is lies in `repository.json`. No secret is in a tool's arguments; only rclone's are in its
//! environment, because it has no other way.

mod borg;
mod kept;
mod plain;
mod rclone;
mod restic;

use std::ffi::OsString;
use std::path::PathBuf;

use keyfold_api::repositories::BackupTool;
use keyfold_core::encryption_key::EncryptionKey;
use serde::{Deserialize, Serialize};

use crate::key_file::Slot;
use crate::rotation::Step;
use crate::state::StateDirectory;

pub(crate) use borg::EXPORTED_KEY;
pub(crate) use kept::{read, write};
pub(crate) use rclone::SALT;

/// The repository whose key this machine keeps, by the tool that reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tool", rename_all = "lowercase")]
pub(crate) enum Profile {
    /// A restic repository.
    Restic(restic::Repository),
    /// A borg repository.
    Borg(borg::Repository),
    /// A crypt remote of rclone.
    Rclone(rclone::Remote),
    /// Whatever programs of the administrator's know how to open.
    Plain(plain::Programs),
}

/// What came of trying a key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tried {
    /// The repository opens with it.
    Opens,
    /// There is nothing in the repository that could tell.
    Empty,
    /// The repository is there, and opens with another key.
    WrongKey,
    /// The tool could not tell; this is what it says.
    Failed(String),
}

impl Profile {
    /// A restic repository, as `RESTIC_REPOSITORY` has it.
    pub(crate) fn restic(program: PathBuf, location: String) -> Self {
        Self::Restic(restic::Repository { program, location })
    }

    /// A borg repository, as `BORG_REPO` has it.
    pub(crate) fn borg(program: PathBuf, location: String) -> Self {
        Self::Borg(borg::Repository {
            program,
            location,
            keyfile: false,
        })
    }

    /// A crypt remote of rclone's configuration.
    pub(crate) fn rclone(program: PathBuf, name: &str) -> anyhow::Result<Self> {
        Ok(Self::Rclone(rclone::Remote::new(program, name)?))
    }

    /// Programs that check and change the key.
    pub(crate) fn plain(check: PathBuf, change: Option<PathBuf>) -> Self {
        Self::Plain(plain::Programs { check, change })
    }

    /// For people: the tool and the repository.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Restic(repository) => format!("the restic repository “{}”", repository.location),
            Self::Borg(repository) => format!("the borg repository “{}”", repository.location),
            Self::Rclone(remote) => format!("rclone's remote “{}:”", remote.name),
            Self::Plain(programs) => format!("what “{}” checks", programs.check.display()),
        }
    }

    /// Where its backups lie, if the AccountServer can run the tool.
    pub(crate) fn location(&self) -> Option<(BackupTool, &str)> {
        match self {
            Self::Restic(repository) => Some((BackupTool::Restic, &repository.location)),
            Self::Borg(repository) => Some((BackupTool::Borg, &repository.location)),
            Self::Rclone(_) | Self::Plain(_) => None,
        }
    }

    /// Asks the tool whether the key in this slot opens the repository.
    pub(crate) async fn try_key(
        &self,
        state: &StateDirectory,
        slot: Slot,
    ) -> anyhow::Result<Tried> {
        match self {
            Self::Restic(repository) => restic::try_key(repository, state, slot).await,
            Self::Borg(repository) => borg::try_key(repository, state, slot).await,
            Self::Rclone(remote) => rclone::try_key(remote, state, slot).await,
            Self::Plain(programs) => plain::try_key(programs, state, slot).await,
        }
    }

    /// The key with all that a recovery needs beside the password: borg's key file. None when the password is all.
    pub(crate) async fn completed(
        &self,
        state: &StateDirectory,
        slot: Slot,
        key: &EncryptionKey,
    ) -> anyhow::Result<Option<EncryptionKey>> {
        match self {
            Self::Borg(repository) => borg::with_exported_key(repository, state, slot, key).await,
            _ => Ok(None),
        }
    }

    /// Notes what only the opened repository tells.
    pub(crate) async fn learn(&mut self, state: &StateDirectory, slot: Slot) -> anyhow::Result<()> {
        match self {
            Self::Borg(repository) => borg::learn(repository, state, slot).await,
            _ => Ok(()),
        }
    }

    /// The steps that change the key, in order.
    ///
    /// # Errors
    /// When the tool cannot change its key.
    pub(crate) fn steps(&self) -> anyhow::Result<&'static [Step]> {
        match self {
            Self::Restic(_) => Ok(&restic::STEPS),
            Self::Borg(repository) => Ok(borg::steps(repository)),
            Self::Rclone(_) => rclone::steps(),
            Self::Plain(programs) => plain::steps(programs),
        }
    }

    /// Makes the repository open with the next key: beside the present one where the tool can, else in its place.
    pub(crate) async fn change(&self, state: &StateDirectory) -> anyhow::Result<()> {
        match self {
            Self::Restic(repository) => restic::add_key(repository, state).await,
            Self::Borg(repository) => borg::change_passphrase(repository, state).await,
            Self::Rclone(_) => rclone::steps().map(drop),
            Self::Plain(programs) => plain::change(programs, state).await,
        }
    }

    /// Whether a change shuts out whoever has the former key. In borg's keyfile mode they have the key file too, and what it
    /// holds stays the same.
    pub(crate) fn change_shuts_out(&self) -> bool {
        !matches!(self, Self::Borg(repository) if repository.keyfile)
    }

    /// Makes the repository open with the former key no more.
    pub(crate) async fn remove_former(&self, state: &StateDirectory) -> anyhow::Result<()> {
        match self {
            Self::Restic(repository) => restic::remove_former(repository, state).await,
            _ => Ok(()),
        }
    }

    /// What a tool that was started by hand needs in its environment.
    pub(crate) async fn environment(
        &self,
        state: &StateDirectory,
    ) -> anyhow::Result<Vec<(OsString, OsString)>> {
        match self {
            Self::Rclone(remote) => rclone::environment(remote, state, Slot::Present).await,
            _ => Ok(Vec::new()),
        }
    }
}
