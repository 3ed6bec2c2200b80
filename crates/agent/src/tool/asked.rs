//! A tool that the Agent itself asks something: its answer is read, and nobody sees it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context as _;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use zeroize::Zeroizing;

use super::password_command;
use crate::key_file::Slot;
use crate::state::StateDirectory;

/// A tool with one of the keys.
pub(crate) struct Tool {
    program: PathBuf,
    set: Vec<(OsString, OsString)>,
    unset: Vec<OsString>,
}

/// How it ended, and what it said.
pub(crate) struct Ran {
    /// The exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
    /// May hold a secret.
    pub(crate) stdout: Zeroizing<Vec<u8>>,
    /// For people; may hold a secret where a tool is asked to say everything.
    stderr: Zeroizing<String>,
}

impl Tool {
    /// The tool, which asks this Agent for the key in that slot.
    pub(crate) fn new(program: &Path, state: &StateDirectory, slot: Slot) -> anyhow::Result<Self> {
        let mut tool = Self {
            program: program.to_owned(),
            set: Vec::new(),
            unset: super::OTHER_PASSWORDS.map(OsString::from).to_vec(),
        };
        tool.answer(&password_command::for_slot(state.path(), slot)?);
        let next = password_command::for_slot(state.path(), Slot::Next)?;
        tool.set("KEYFOLD_NEXT_PASSWORD_COMMAND", next);
        Ok(tool)
    }

    /// Answers the tool's questions for a password in turn.
    pub(crate) fn answer_in_turn(&mut self, state: &StateDirectory) -> anyhow::Result<()> {
        self.answer(&password_command::in_turn(state.path())?);
        Ok(())
    }

    /// Sets a variable of its environment.
    pub(crate) fn set(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) {
        self.set.push((name.into(), value.into()));
    }

    /// Takes a variable out of its environment.
    pub(crate) fn unset(&mut self, name: &str) {
        self.unset.push(name.into());
    }

    /// Runs it to its end, without input.
    pub(crate) async fn run(&self, arguments: &[&str]) -> anyhow::Result<Ran> {
        self.run_with_input(arguments, b"").await
    }

    /// Runs it to its end with this standard input.
    pub(crate) async fn run_with_input(
        &self,
        arguments: &[impl AsRef<OsStr>],
        input: &[u8],
    ) -> anyhow::Result<Ran> {
        let mut command = Command::new(&self.program);
        for name in &self.unset {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .envs(self.set.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| {
            format!(
                "cannot start “{}”; install it, or say where it is with --program",
                self.program.display()
            )
        })?;
        if let Some(mut stdin) = child.stdin.take() {
            // A tool that ends without reading says why by itself.
            let _ = stdin.write_all(input).await;
        }
        let output = child
            .wait_with_output()
            .await
            .with_context(|| format!("cannot wait for “{}”", self.program.display()))?;
        Ok(Ran {
            code: output.status.code(),
            stdout: Zeroizing::new(output.stdout),
            stderr: Zeroizing::new(String::from_utf8_lossy(&output.stderr).into_owned()),
        })
    }

    fn answer(&mut self, password_command: &str) {
        for name in super::PASSWORD_COMMANDS {
            self.set(name, password_command);
        }
    }
}

impl Ran {
    /// Whether these words are in what it said.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.stderr.contains(words)
    }

    /// What it said, line by line.
    pub(crate) fn lines(&self) -> std::str::Lines<'_> {
        self.stderr.lines()
    }

    /// The last line that says something, or else the exit code.
    pub(crate) fn last_words(&self) -> String {
        let last = self
            .stderr
            .lines()
            .map(str::trim)
            .rfind(|line| !line.is_empty());
        last.map_or_else(
            || match self.code {
                Some(code) => format!("it ended with exit code {code} and said nothing"),
                None => "a signal ended it".to_owned(),
            },
            ToOwned::to_owned,
        )
    }
}
