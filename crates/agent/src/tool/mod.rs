//! Runs the backup tool: the key by command, signals passed on, the exit code kept.

mod asked;
mod outcome;
mod password_command;
mod signals;

use std::ffi::OsString;
use std::io;
use std::process::ExitStatus;

use anyhow::Context as _;
use tokio::process::{Child, Command};

use crate::backup::say;
use crate::key_file::Slot;
use crate::profile;
use crate::state::StateDirectory;
use signals::Signals;

pub(crate) use asked::{Ran, Tool};
pub(crate) use outcome::Ended;

/// How tools ask for a password.
const PASSWORD_COMMANDS: [&str; 3] = [
    "RESTIC_PASSWORD_COMMAND",
    "BORG_PASSCOMMAND",
    "KEYFOLD_PASSWORD_COMMAND",
];

/// What would take the place of the password command: the key that encrypts must be the key that is presented.
const OTHER_PASSWORDS: [&str; 4] = [
    "RESTIC_PASSWORD",
    "RESTIC_PASSWORD_FILE",
    "BORG_PASSPHRASE",
    "BORG_PASSPHRASE_FD",
];

/// Runs the tool to its end. No secret is in its arguments, nor in its environment, but for rclone's: it asks this Agent for
/// the key.
pub(crate) async fn run(tool: &[OsString], state: &StateDirectory) -> anyhow::Result<Ended> {
    let (program, arguments) = tool.split_first().context("no tool was named")?;
    let password_command = password_command::for_slot(state.path(), Slot::Present)?;
    let mut command = Command::new(program);
    command.args(arguments);
    for name in OTHER_PASSWORDS {
        command.env_remove(name);
    }
    for name in PASSWORD_COMMANDS {
        command.env(name, &password_command);
    }
    if let Some(profile) = profile::read(state)? {
        command.envs(profile.environment(state).await?);
    }
    // Before the tool starts, so that no signal falls in between.
    let signals = Signals::listen().context("cannot listen for signals")?;
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            say(&format!("cannot start “{}”: {error}", program.display()));
            return Ok(Ended::NotStarted {
                found: error.kind() != io::ErrorKind::NotFound,
            });
        }
    };
    Ok(Ended::from(
        wait(child, signals)
            .await
            .context("cannot wait for the tool")?,
    ))
}

async fn wait(mut child: Child, mut signals: Signals) -> io::Result<ExitStatus> {
    let process = child.id();
    loop {
        tokio::select! {
            status = child.wait() => return status,
            signal = signals.next() => signals::pass_on(signal, process),
        }
    }
}
