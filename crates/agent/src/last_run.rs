//! How the last run of the backup tool went: `last-run.json`.

use std::time::Duration;

use keyfold_api::agents::BackupOutcome;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::state::{StateDirectory, StateError};

const FILE: &str = "last-run.json";
const VERSION: u8 = 1;

/// A run of the tool that ended.
#[derive(Serialize, Deserialize)]
pub(crate) struct LastRun {
    version: u8,
    /// The tool's name.
    tool: String,
    /// What was made.
    pub(crate) outcome: BackupOutcome,
    /// As the Agent handed it on.
    exit_code: i32,
    #[serde(with = "time::serde::rfc3339")]
    ended_at: OffsetDateTime,
    /// How long it duration.
    seconds: u64,
    /// Bytes that the tool says it backed up; none where it says nothing of them.
    bytes: Option<u64>,
}

impl LastRun {
    pub(crate) fn new(
        tool: String,
        outcome: BackupOutcome,
        exit_code: i32,
        duration: Duration,
        bytes: Option<u64>,
    ) -> Self {
        Self {
            version: VERSION,
            tool,
            outcome,
            exit_code,
            ended_at: OffsetDateTime::now_utc(),
            seconds: duration.as_secs(),
            bytes,
        }
    }

    /// For people.
    pub(crate) fn words(&self) -> String {
        let made = match self.outcome {
            BackupOutcome::Completed => "made a backup",
            BackupOutcome::Failed | BackupOutcome::KeyChanged => "made no backup",
        };
        let bytes = self
            .bytes
            .map_or_else(String::new, |bytes| format!(" of {bytes} bytes"));
        format!(
            "{} {made}{bytes} in {} s and ended with exit code {}",
            self.tool, self.seconds, self.exit_code
        )
    }

    /// When it ended, for people.
    pub(crate) fn day(&self) -> time::Date {
        self.ended_at.date()
    }
}

/// The last run; none when nothing ran yet.
pub(crate) fn read(state: &StateDirectory) -> Result<Option<LastRun>, StateError> {
    let last: Option<LastRun> = state.read(FILE)?;
    match last {
        Some(last) if last.version != VERSION => Err(state.damaged(FILE)),
        last => Ok(last),
    }
}

/// Remembers a run in the place of the one before.
pub(crate) fn write(state: &StateDirectory, run: &LastRun) -> Result<(), StateError> {
    state.write(FILE, run)
}
