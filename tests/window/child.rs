//! Programs that live as long as a test needs them.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail};

/// A started program; dropping it ends it.
pub(super) struct Running(Child);

impl Running {
    /// Starts `command`, whose output nobody reads.
    pub(super) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let name = command.get_program().to_owned();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", name.display()))?;
        Ok(Self(child))
    }

    /// Starts `command` and waits for the one line by which it says that it is ready.
    pub(super) fn start_and_read_line(command: &mut Command) -> anyhow::Result<(Self, String)> {
        let name = command.get_program().to_owned();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", name.display()))?;
        let mut running = Self(child);
        let stdout = running.0.stdout.take().context("no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let line = line.trim();
        if line.is_empty() {
            bail!("{} ended without saying that it is ready", name.display());
        }
        Ok((running, line.to_owned()))
    }

    /// Whether the program has ended by itself.
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a program that has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
