//! Runs the backup tool: the key by command, signals passed on, the exit code kept.

mod asked;
mod outcome;
mod password_command;
mod repository;
mod signals;
mod size;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::key_file::Slot;
use crate::profile;
use crate::say::say;
use crate::state::StateDirectory;
use signals::Signals;

pub(crate) use asked::{Ran, Tool};
pub(crate) use outcome::Ended;
pub(crate) use repository::repository;

/// For the rest of the tool's output, once it has ended.
const PATIENCE: Duration = Duration::from_secs(5);

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

/// What the tool is called, without its path.
pub(crate) fn name(tool: &[OsString]) -> String {
    let program = tool.first().map(Path::new);
    let name = program.and_then(Path::file_stem);
    name.unwrap_or_default().to_string_lossy().into_owned()
}

/// How a run of the tool ended.
pub(crate) struct Run {
    pub(crate) ended: Ended,
    /// Bytes that the tool says it backed up; none where it says nothing, or says it to a terminal.
    pub(crate) bytes: Option<u64>,
}

/// Runs the tool to its end. No secret is in its arguments, nor in its environment, but for rclone's: it asks this Agent for
/// the key.
pub(crate) async fn run(tool: &[OsString], state: &StateDirectory) -> anyhow::Result<Run> {
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
    if !io::stdout().is_terminal() {
        command.stdout(Stdio::piped());
    }
    // Before the tool starts, so that no signal falls in between.
    let signals = Signals::listen().context("cannot listen for signals")?;
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            say(&format!("cannot start “{}”: {error}", program.display()));
            let found = error.kind() != io::ErrorKind::NotFound;
            let ended = Ended::NotStarted { found };
            return Ok(Run { ended, bytes: None });
        }
    };
    let passed_on = child
        .stdout
        .take()
        .map(|out| tokio::spawn(size::pass_on(out)));
    let status = wait(child, signals)
        .await
        .context("cannot wait for the tool")?;
    let bytes = match passed_on {
        // Whatever the tool leaves running may keep its output open.
        Some(passed_on) => timeout(PATIENCE, passed_on)
            .await
            .ok()
            .and_then(Result::ok)
            .flatten(),
        None => None,
    };
    Ok(Run {
        ended: Ended::from(status),
        bytes,
    })
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
