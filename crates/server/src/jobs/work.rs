//! What is done in a repository, by whichever tool.

use keyfold_api::jobs::{JobKind, JobReason, JobRules};
use keyfold_api::repositories::BackupTool;
use tokio_util::sync::CancellationToken;

use super::tool::{Call, Ran, Toolbox};
use super::{borg, restic};
use crate::state::Shared;
use crate::store::OpenJob;

/// A job's repository, with all that a tool is called with.
pub(super) struct Repository<'w> {
    pub(super) platform: &'w Shared,
    pub(super) tools: &'w Toolbox,
    pub(super) job: &'w OpenJob,
    pub(super) tool: BackupTool,
    pub(super) address: &'w str,
    pub(super) stop: &'w CancellationToken,
}

/// What came of a job.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All is well.
    Done {
        /// What there is to say.
        words: Option<String>,
    },
    /// There is nothing to do it with.
    Skipped(JobReason),
    /// It may be different in a while.
    Again(JobReason),
    /// Something is wrong.
    Failed {
        /// What.
        reason: JobReason,
        /// The tool's words.
        words: Option<String>,
    },
}

impl Verdict {
    /// All is well, and there is nothing to say.
    pub(super) const DONE: Self = Self::Done { words: None };

    /// Failed, without words of a tool.
    pub(super) fn failed(reason: JobReason) -> Self {
        Self::Failed {
            reason,
            words: None,
        }
    }
}

/// Does the job. Whoever is told to stop says anything.
pub(super) async fn work(repository: &Repository<'_>, rules: &JobRules) -> Verdict {
    let worked = match repository.tool {
        BackupTool::Restic => restic::work(repository, rules).await,
        BackupTool::Borg => borg::work(repository, rules).await,
    };
    // Both ways a verdict.
    worked.unwrap_or_else(|verdict| verdict)
}

impl Repository<'_> {
    pub(super) fn kind(&self) -> JobKind {
        self.job.kind
    }

    /// Runs the tool, whose standard output goes to `out`.
    pub(super) async fn run(
        &self,
        arguments: &[&str],
        out: &mut (dyn FnMut(&[u8]) + Send),
    ) -> Result<Ran, Verdict> {
        let key_id = self.job.key_id;
        let cached = key_id.and_then(|it| self.platform.cache.key(self.job.account, it));
        let Some(cached) = cached else {
            return Err(Verdict::Again(JobReason::NeedsBackup));
        };
        let call = Call {
            tool: self.tool,
            address: self.address,
            arguments,
        };
        let ran = self.tools.run(&call, cached.key, out, self.stop).await;
        match ran {
            Ok(ran) if ran.is_missing => Err(Verdict::failed(JobReason::NoTool)),
            Ok(ran) => Ok(ran),
            Err(error) => {
                tracing::error!(job = %self.job.id, %error, "a backup tool was not run");
                Err(Verdict::failed(JobReason::NoTool))
            }
        }
    }

    /// Runs the tool without looking at its standard output.
    pub(super) async fn tell(&self, arguments: &[&str]) -> Result<Ran, Verdict> {
        self.run(arguments, &mut |_| ()).await
    }
}
