//! How one backup is reported: its beginning with the key, its end. Both may be said again, and count once.

use std::time::Duration;

use anyhow::Context as _;
use keyfold_api::agents::{BackupEnded, BackupId, BackupOutcome, EndBackup, StartBackup};
use keyfold_api::client::{AgentClient, ClientError};
use keyfold_api::idempotency::IdempotencyKey;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::key_file::KeptKey;

/// A backup does not wait longer than this for an AccountServer that does not answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the AccountServer is told of a run of the tool.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Reported {
    /// None when a signal ended it, or it never ran.
    pub(crate) exit_code: Option<i32>,
    /// None where the tool says nothing of them.
    #[serde(default)]
    pub(crate) bytes: Option<u64>,
}

/// The report of one backup, and how far it got.
#[derive(Serialize, Deserialize)]
pub(crate) struct Report {
    start: IdempotencyKey,
    end: IdempotencyKey,
    backup: Option<BackupId>,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self {
            start: IdempotencyKey::random(),
            end: IdempotencyKey::random(),
            backup: None,
        }
    }

    /// Presents the key.
    pub(crate) async fn start(
        &mut self,
        platform: &AgentClient,
        key: &KeptKey,
    ) -> anyhow::Result<BackupId> {
        let start = StartBackup::new(key.id, &key.key, key.generated);
        let started = timeout(PATIENCE, platform.start_backup(&self.start, &start)).await;
        let backup = started
            .context("the AccountServer does not answer")??
            .backup;
        self.backup = Some(backup);
        Ok(backup)
    }

    /// Reports the end of a completed backup, and its beginning if need be. An AccountServer that no longer knows the
    /// beginning, or no longer has the key in memory, is told both anew.
    pub(crate) async fn completed(
        &mut self,
        platform: &AgentClient,
        key: &KeptKey,
        ran: Reported,
    ) -> anyhow::Result<BackupEnded> {
        let backup = match self.backup {
            Some(backup) => backup,
            None => self.start(platform, key).await?,
        };
        let outcome = BackupOutcome::Completed;
        match self.end(platform, backup, outcome, ran).await? {
            Err(ClientError::Problem(_)) => {
                *self = Self::new();
                let backup = self.start(platform, key).await?;
                Ok(self.end(platform, backup, outcome, ran).await??)
            }
            ended => Ok(ended?),
        }
    }

    /// Presents a key that the repository opens with, or is about to, outside of a backup.
    pub(crate) async fn key_changed(
        &mut self,
        platform: &AgentClient,
        key: &KeptKey,
    ) -> anyhow::Result<BackupEnded> {
        let backup = self.start(platform, key).await?;
        let outcome = BackupOutcome::KeyChanged;
        Ok(self
            .end(platform, backup, outcome, Reported::default())
            .await??)
    }

    /// Reports the end of a failed backup, if its beginning was reported.
    pub(crate) async fn failed(&self, platform: &AgentClient, ran: Reported) -> anyhow::Result<()> {
        let Some(backup) = self.backup else {
            return Ok(());
        };
        self.end(platform, backup, BackupOutcome::Failed, ran)
            .await??;
        Ok(())
    }

    async fn end(
        &self,
        platform: &AgentClient,
        backup: BackupId,
        outcome: BackupOutcome,
        ran: Reported,
    ) -> anyhow::Result<Result<BackupEnded, ClientError>> {
        let end = EndBackup {
            outcome,
            exit_code: ran.exit_code,
            bytes: ran.bytes,
        };
        timeout(PATIENCE, platform.end_backup(&self.end, backup, &end))
            .await
            .context("the AccountServer does not answer")
    }
}
