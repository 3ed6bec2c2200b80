//! How one backup is reported: its beginning with the key, its end. Both may be said again, and count once.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use keyfold_api::agents::{BackupEnded, BackupId, BackupOutcome, EndBackup, StartBackup};
use keyfold_api::client::{AgentClient, ClientError};
use keyfold_api::end_to_end::EnvelopedKey;
use keyfold_api::idempotency::IdempotencyKey;
use keyfold_api::repositories::Repository;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::end_to_end::{self, Own};
use crate::enrolment;
use crate::key_file::KeptKey;
use crate::state::StateDirectory;

/// A backup does not wait longer than this for an AccountServer that does not answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the AccountServer is told of a run of the tool.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Reported {
    /// None when a signal ended it, or it never ran.
    pub(crate) exit_code: Option<i32>,
    /// None where the tool says nothing of them.
    #[serde(default)]
    pub(crate) bytes: Option<u64>,
    /// Where the backup lies; none where that is not known.
    #[serde(default)]
    pub(crate) repository: Option<Repository>,
}

/// The report of one backup, and how far it got.
#[derive(Serialize, Deserialize)]
pub(crate) struct Report {
    start: IdempotencyKey,
    end: IdempotencyKey,
    backup: Option<BackupId>,
    /// What the end is reported with, encrypted, where the key is captured end to end: the same again when it is said again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enveloped: Option<Vec<EnvelopedKey>>,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self {
            start: IdempotencyKey::random(),
            end: IdempotencyKey::random(),
            backup: None,
            enveloped: None,
        }
    }

    /// Presents the key, or only its number where it is captured end to end.
    pub(crate) async fn start(
        &mut self,
        state: &StateDirectory,
        platform: &AgentClient,
        key: &KeptKey,
    ) -> anyhow::Result<BackupId> {
        let start = match end_to_end::read(state)? {
            None => StartBackup::new(key.id, &key.key, key.generated),
            Some(_) => StartBackup::end_to_end(key.id, key.generated),
        };
        let begin = end_to_end::begin(platform, &self.start, &start);
        let started = timeout(PATIENCE, begin).await;
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
        state: &StateDirectory,
        platform: &AgentClient,
        key: &KeptKey,
        ran: &Reported,
    ) -> anyhow::Result<BackupEnded> {
        let backup = match self.backup {
            Some(backup) => backup,
            None => self.start(state, platform, key).await?,
        };
        let outcome = BackupOutcome::Completed;
        self.envelop(state, platform, key).await?;
        match self.end(platform, backup, outcome, ran).await? {
            Err(ClientError::Problem(_)) => {
                *self = Self::new();
                let backup = self.start(state, platform, key).await?;
                self.envelop(state, platform, key).await?;
                Ok(self.end(platform, backup, outcome, ran).await??)
            }
            ended => Ok(ended?),
        }
    }

    /// Presents a key that the repository opens with, or is about to, outside of a backup.
    pub(crate) async fn key_changed(
        &mut self,
        state: &StateDirectory,
        platform: &AgentClient,
        key: &KeptKey,
    ) -> anyhow::Result<BackupEnded> {
        let backup = self.start(state, platform, key).await?;
        self.envelop(state, platform, key).await?;
        ensure!(
            self.enveloped
                .as_ref()
                .is_none_or(|enveloped| !enveloped.is_empty()),
            "no Group Certificate may have this key; `keyfold-agent end-to-end` says why"
        );
        let outcome = BackupOutcome::KeyChanged;
        Ok(self
            .end(platform, backup, outcome, &Reported::default())
            .await??)
    }

    /// Reports the end of a failed backup, if its beginning was reported.
    pub(crate) async fn failed(
        &self,
        platform: &AgentClient,
        ran: &Reported,
    ) -> anyhow::Result<()> {
        let Some(backup) = self.backup else {
            return Ok(());
        };
        self.end(platform, backup, BackupOutcome::Failed, ran)
            .await??;
        Ok(())
    }

    /// Encrypts the key where it is captured end to end.
    async fn envelop(
        &mut self,
        state: &StateDirectory,
        platform: &AgentClient,
        key: &KeptKey,
    ) -> anyhow::Result<()> {
        if self.enveloped.is_some() || end_to_end::read(state)?.is_none() {
            return Ok(());
        }
        let own = Own::of(&enrolment::required(state)?);
        let now = OffsetDateTime::now_utc();
        self.enveloped = Some(end_to_end::envelop(state, platform, own, key, now).await?);
        Ok(())
    }

    async fn end(
        &self,
        platform: &AgentClient,
        backup: BackupId,
        outcome: BackupOutcome,
        ran: &Reported,
    ) -> anyhow::Result<Result<BackupEnded, ClientError>> {
        let end = EndBackup {
            outcome,
            exit_code: ran.exit_code,
            bytes: ran.bytes,
            enveloped: self.enveloped.clone().unwrap_or_default(),
            repository: ran.repository.clone(),
        };
        timeout(PATIENCE, platform.end_backup(&self.end, backup, &end))
            .await
            .context("the AccountServer does not answer")
    }
}
