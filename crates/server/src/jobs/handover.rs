//! Hands a key to a tool: `keyfold-server hand-over restic …` reads it from standard input, and becomes the tool.
//!
//! A process of its own, because what it does on its way there is not the AccountServer's to do: it opens the files that
//! the tool will read the key from, so that no other child has them, and ends with the AccountServer. A password goes into
//! a pipe, a key file of borg's into memory (`memfd_create`); the tool is told their numbers.

use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use keyfold_api::repositories::BackupTool;
use rustix::io::{FdFlags, fcntl_setfd};
use zeroize::Zeroizing;

use super::secrets::{NOT_STARTED, Secrets};
use crate::hardening;

/// Tools give way to those that answer Agents.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Become a backup tool that is handed the key on standard input.
#[derive(Debug, Args)]
pub(crate) struct HandOver {
    /// The tool.
    #[arg(value_enum)]
    tool: Tool,
    /// What it is told.
    #[arg(last = true)]
    arguments: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Tool {
    /// restic.
    Restic,
    /// borg.
    Borg,
}

impl HandOver {
    /// Becomes the tool; comes back only when that fails.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        hardening::harden()?;
        end_with_the_server()?;
        let mut read = Zeroizing::new(Vec::new());
        io::stdin().read_to_end(&mut read)?;
        let secrets = Secrets::of(&read).context("no key was handed over")?;
        let password = piped(secrets.password)?;
        let mut command = match self.tool {
            Tool::Restic => {
                let mut command = Command::new(BackupTool::Restic.name());
                command.env("RESTIC_PASSWORD_FILE", path_of(&password));
                command
            }
            Tool::Borg => {
                let mut command = Command::new(BackupTool::Borg.name());
                command.env("BORG_PASSPHRASE_FD", password.as_raw_fd().to_string());
                command
            }
        };
        let _key_file = if secrets.key_file.is_empty() {
            None
        } else {
            let file = in_memory(secrets.key_file)?;
            command.env("BORG_KEY_FILE", path_of(&file));
            Some(file)
        };
        drop(read);
        let failed = command.args(&self.arguments).exec();
        Err(anyhow::Error::new(failed).context(NOT_STARTED))
    }
}

/// A tool that goes on when the AccountServer was killed would keep the repository locked.
fn end_with_the_server() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal, setpriority_process};
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // Where that is not possible, tools take their full share.
        let _ = setpriority_process(None, NICE);
    }
    Ok(())
}

/// The reading end of a pipe with these bytes in it, which the tool inherits.
fn piped(bytes: &[u8]) -> io::Result<OwnedFd> {
    let (reading, mut writing) = io::pipe()?;
    writing.write_all(bytes)?;
    let reading = OwnedFd::from(reading);
    fcntl_setfd(&reading, FdFlags::empty())?;
    Ok(reading)
}

/// A file without a disk, which the tool inherits and reads as often as it likes.
#[cfg(target_os = "linux")]
fn in_memory(bytes: &[u8]) -> io::Result<OwnedFd> {
    use std::fs::File;

    use rustix::fs::{MemfdFlags, memfd_create};
    let mut file = File::from(memfd_create("key", MemfdFlags::empty())?);
    file.write_all(bytes)?;
    Ok(file.into())
}

#[cfg(not(target_os = "linux"))]
fn in_memory(_: &[u8]) -> io::Result<OwnedFd> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "a key file needs a file in memory, which only Linux has",
    ))
}

fn path_of(file: &OwnedFd) -> String {
    format!("/dev/fd/{}", file.as_raw_fd())
}
