//! What a tool's end means.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitStatus;

use keyfold_api::agents::BackupOutcome;

/// How the tool ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// By itself, with this exit code.
    Exited(i32),
    /// By this signal.
    #[cfg_attr(
        all(not(unix), not(test)),
        expect(dead_code, reason = "processes end by exit code alone there")
    )]
    Signalled(i32),
    /// It never ran.
    NotStarted {
        /// Whether there is such a program.
        found: bool,
    },
}

impl From<ExitStatus> for Ended {
    fn from(status: ExitStatus) -> Self {
        #[cfg(unix)]
        if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
            return Self::Signalled(signal);
        }
        Self::Exited(status.code().unwrap_or(1))
    }
}

impl Ended {
    /// The Agent's own exit code, as shells have it: 128 + n for signal n, 126 and 127 for what did not start.
    pub(crate) fn exit_code(self) -> i32 {
        match self {
            Self::Exited(code) => code,
            Self::Signalled(signal) => 128 + signal,
            Self::NotStarted { found: true } => 126,
            Self::NotStarted { found: false } => 127,
        }
    }

    /// The exit code that the AccountServer is told; none when there was none.
    pub(crate) fn reported_code(self) -> Option<i32> {
        match self {
            Self::Exited(code) => Some(code),
            Self::Signalled(_) | Self::NotStarted { .. } => None,
        }
    }

    /// Whether a backup was made. Some tools say with an exit code other than 0 that they made one with warnings:
    /// restic with 3, borg with 1, and with 100 to 127 where `BORG_EXIT_CODES=modern`.
    pub(crate) fn outcome(self, tool: &[OsString]) -> BackupOutcome {
        let name = tool
            .first()
            .and_then(|program| Path::new(program).file_stem()?.to_str());
        match (self, name) {
            (Self::Exited(0), _)
            | (Self::Exited(3), Some("restic"))
            | (Self::Exited(1 | 100..=127), Some("borg")) => BackupOutcome::Completed,
            _ => BackupOutcome::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(tool: &str, code: i32) -> BackupOutcome {
        Ended::Exited(code).outcome(&[tool.into(), "backup".into()])
    }

    #[test]
    fn warnings_are_completed_backups() {
        for (tool, code) in [
            ("restic", 0),
            ("/usr/bin/restic", 3),
            ("borg", 1),
            ("borg", 104),
            ("tar", 0),
        ] {
            assert_eq!(
                outcome(tool, code),
                BackupOutcome::Completed,
                "{tool} {code}"
            );
        }
    }

    #[test]
    fn errors_are_failed_backups() {
        for (tool, code) in [
            ("restic", 1),
            ("restic", 10),
            ("borg", 2),
            ("borg", 3),
            ("tar", 1),
            ("tar", 3),
        ] {
            assert_eq!(outcome(tool, code), BackupOutcome::Failed, "{tool} {code}");
        }
        let killed = Ended::Signalled(15);
        assert_eq!(killed.outcome(&["restic".into()]), BackupOutcome::Failed);
        assert_eq!(killed.exit_code(), 143);
        assert_eq!(killed.reported_code(), None);
        assert_eq!(Ended::NotStarted { found: false }.exit_code(), 127);
    }
}
