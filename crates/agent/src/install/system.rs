//! Where this operating system looks for jobs, and how it is told of one.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::state::StateDirectory;

/// Where the files go.
#[cfg(target_os = "macos")]
pub(super) fn directory(_state: &StateDirectory) -> PathBuf {
    PathBuf::from("/Library/LaunchDaemons")
}

/// Where the files go: the task itself is kept by Windows.
#[cfg(windows)]
pub(super) fn directory(state: &StateDirectory) -> PathBuf {
    state.path().to_owned()
}

/// Where the files go.
#[cfg(not(any(target_os = "macos", windows)))]
pub(super) fn directory(_state: &StateDirectory) -> PathBuf {
    PathBuf::from("/etc/systemd/system")
}

/// Has the job started from now on.
#[cfg(target_os = "macos")]
pub(super) fn start(directory: &Path) -> anyhow::Result<()> {
    let list = directory.join(format!("{}.plist", super::launchd::LABEL));
    run(Command::new("launchctl")
        .args(["bootstrap", "system"])
        .arg(list))
}

/// Has the task started from now on, in the place of an earlier one.
#[cfg(windows)]
pub(super) fn start(directory: &Path) -> anyhow::Result<()> {
    let mut schtasks = Command::new("schtasks");
    schtasks.args(["/Create", "/F", "/TN", "Keyfold\\Agent", "/XML"]);
    run(schtasks.arg(directory.join(super::task::FILE)))
}

/// Has the timer started from now on.
#[cfg(not(any(target_os = "macos", windows)))]
pub(super) fn start(_directory: &Path) -> anyhow::Result<()> {
    run(Command::new("systemctl").arg("daemon-reload"))?;
    run(Command::new("systemctl").args(["enable", "--now", "keyfold-agent.timer"]))
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let name = command.get_program().to_owned();
    let status = command
        .status()
        .with_context(|| format!("cannot start “{}”", name.display()))?;
    ensure!(
        status.success(),
        "“{}” did not take the job; its files are written, see what it says above",
        name.display()
    );
    Ok(())
}
