//! Real restic, with an Agent's key or with a recovered one.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::agent::Agent;
use super::process::{Ran, succeed, succeed_with_input};

/// A restic repository on this disk.
#[derive(Debug, Clone)]
pub struct Repository(PathBuf);

impl Repository {
    /// Makes a repository at `path` with the Agent's key.
    pub fn init(path: &Path, agent: &Agent) -> anyhow::Result<Self> {
        let repository = Self(path.to_owned());
        agent.run_tool(&repository.arguments(&["init".as_ref()]))?;
        Ok(repository)
    }

    /// The repository that is at `path`.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Backs `files` up, whatever the exit code.
    pub fn backup(&self, agent: &Agent, files: &Path) -> anyhow::Result<Ran> {
        agent.backup(&self.arguments(&["backup".as_ref(), files.as_ref()]))
    }

    /// Backs `files` up, which must succeed.
    pub fn completed_backup(&self, agent: &Agent, files: &Path) -> anyhow::Result<Ran> {
        let ran = self.backup(agent, files)?;
        anyhow::ensure!(
            ran.code == Some(0),
            "the backup ended with {:?}:\n{}",
            ran.code,
            ran.said()
        );
        Ok(ran)
    }

    /// Restores the newest backup of `files` below `to`, with a password that is written to restic's standard input,
    /// and returns where the files are now.
    pub fn restore(&self, password: &[u8], files: &Path, to: &Path) -> anyhow::Result<PathBuf> {
        let mut command = restic(&self.arguments(&[
            "restore".as_ref(),
            "latest".as_ref(),
            "--target".as_ref(),
            to.as_ref(),
        ]));
        succeed_with_input(&mut command, password)?;
        Ok(to.join(
            files
                .strip_prefix("/")
                .context("the files were backed up by a relative path")?,
        ))
    }

    fn arguments<'a>(&'a self, arguments: &[&'a OsStr]) -> Vec<&'a OsStr> {
        let mut all = vec![
            OsStr::new("restic"),
            "-r".as_ref(),
            self.0.as_ref(),
            "--no-cache".as_ref(),
            "-q".as_ref(),
        ];
        all.extend(arguments);
        all
    }
}

/// restic's own words on its version.
pub fn version() -> anyhow::Result<String> {
    let ran = succeed(Command::new("restic").arg("version"))
        .context("restic is missing; install it (apt install restic)")?;
    Ok(ran.stdout.trim().to_owned())
}

fn restic(arguments: &[&OsStr]) -> Command {
    let mut command = Command::new(arguments[0]);
    command.args(&arguments[1..]);
    for name in [
        "RESTIC_PASSWORD",
        "RESTIC_PASSWORD_FILE",
        "RESTIC_PASSWORD_COMMAND",
    ] {
        command.env_remove(name);
    }
    command
}
