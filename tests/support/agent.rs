//! One machine that backs up, by the Agent's command line.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::binaries::binary;
use super::process::{Ran, run, run_with_input, succeed, succeed_with_input};

/// An Agent with its own configuration directory.
#[derive(Debug)]
pub struct Agent {
    config: PathBuf,
}

impl Agent {
    /// The Agent that keeps its files in `config`.
    #[must_use]
    pub fn at(config: &Path) -> Self {
        Self {
            config: config.to_owned(),
        }
    }

    /// Where it keeps its files.
    #[must_use]
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// Spends an enrolment string.
    pub fn enrol(&self, enrolment: &str) -> anyhow::Result<Ran> {
        succeed_with_input(&mut self.command(&["enrol"])?, enrolment.as_bytes())
    }

    /// Spends an enrolment string, whether that succeeds or not.
    pub fn try_enrol(&self, enrolment: &str) -> anyhow::Result<Ran> {
        run_with_input(&mut self.command(&["enrol"])?, enrolment.as_bytes())
    }

    /// Makes a random key.
    pub fn generate_key(&self) -> anyhow::Result<Ran> {
        succeed(&mut self.command(&["key", "generate"])?)
    }

    /// Sets a key of the caller's.
    pub fn set_key(&self, key: &[u8]) -> anyhow::Result<Ran> {
        succeed_with_input(&mut self.command(&["key", "set"])?, key)
    }

    /// The key, as the backup tools read it.
    pub fn password(&self) -> anyhow::Result<String> {
        Ok(succeed(&mut self.command(&["password-command"])?)?.stdout)
    }

    /// Runs a tool as a backup, whatever its exit code.
    pub fn backup<S: AsRef<OsStr>>(&self, tool: &[S]) -> anyhow::Result<Ran> {
        run(self.command(&["backup", "--"])?.args(tool))
    }

    /// Runs a tool with the key, which must succeed.
    pub fn run_tool<S: AsRef<OsStr>>(&self, tool: &[S]) -> anyhow::Result<Ran> {
        succeed(self.command(&["run", "--"])?.args(tool))
    }

    /// `status`, whatever its exit code.
    pub fn status(&self) -> anyhow::Result<Ran> {
        run(&mut self.command(&["status"])?)
    }

    /// A command of this Agent, to be started by the caller.
    pub fn command(&self, arguments: &[&str]) -> anyhow::Result<Command> {
        let mut command = Command::new(binary("keyfold-agent")?);
        command
            .arg("--config-dir")
            .arg(&self.config)
            .args(arguments);
        Ok(command)
    }
}
