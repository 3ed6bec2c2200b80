//! Running other programs.

use std::env;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// The cargo that runs us, in the folder `at`.
pub(crate) fn cargo(at: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(at);
    // Set for xtask itself; inside a nested cargo they would only confuse build scripts.
    command.env_remove("CARGO_MANIFEST_DIR");
    command
}

/// npm, in the folder `at`.
pub(crate) fn npm(at: &Path) -> Command {
    let name = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut command = Command::new(name);
    command.current_dir(at);
    command
}

/// Runs `command` to its end; anything but exit code 0 is an error that names the command.
pub(crate) fn succeed(command: &mut Command) -> anyhow::Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start `{}`", line_of(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", line_of(command));
    }
    Ok(())
}

/// Runs `command` without showing anything and says whether it ended with exit code 0.
pub(crate) fn succeeds_quietly(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether a program of this name lies on the PATH.
pub(crate) fn on_path(name: &str) -> bool {
    all_on_path(name).next().is_some()
}

/// Every program of this name on the PATH, the one that would run first.
pub(crate) fn all_on_path(name: &str) -> impl Iterator<Item = PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).collect();
    let files = folders.into_iter().map(move |folder| folder.join(&file));
    files.filter(|file| file.is_file())
}

/// `command` as one would type it.
pub(crate) fn line_of(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args().map(OsStr::to_string_lossy) {
        // Writing to a String cannot fail.
        let _ = write!(line, " {argument}");
    }
    line
}
