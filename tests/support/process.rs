//! Running a program to its end, with what it says.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, bail};

/// How a program ended and what it said.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Ran {
    /// Both outputs, for messages.
    #[must_use]
    pub fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// Runs `command`, gives it `input`, and waits for its end, whatever that is.
pub fn run_with_input(command: &mut Command, input: &[u8]) -> anyhow::Result<Ran> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start {}", name(command)))?;
    if let Some(mut stdin) = child.stdin.take() {
        match stdin.write_all(input) {
            // It ended without reading everything, and its exit code says why.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                return Err(error.into());
            }
            _ => {}
        }
    }
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output()?;
    Ok(Ran {
        code: status.code(),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    })
}

/// Runs `command` and waits for its end, whatever that is.
pub fn run(command: &mut Command) -> anyhow::Result<Ran> {
    run_with_input(command, b"")
}

/// Runs `command`; anything but exit code 0 is an error that repeats what it said.
pub fn succeed(command: &mut Command) -> anyhow::Result<Ran> {
    succeed_with_input(command, b"")
}

/// Runs `command` with `input`; anything but exit code 0 is an error that repeats what it said.
pub fn succeed_with_input(command: &mut Command, input: &[u8]) -> anyhow::Result<Ran> {
    let ran = run_with_input(command, input)?;
    if ran.code != Some(0) {
        let arguments: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
        bail!(
            "`{} {}` ended with {:?}:\n{}",
            name(command),
            arguments.join(" "),
            ran.code,
            ran.said()
        );
    }
    Ok(ran)
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned()
}
