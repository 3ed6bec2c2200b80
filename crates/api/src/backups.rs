//! What an account's backups came to: `GET /accounts/{id}/backups`, newest first.

use keyfold_core::id::KeyId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::agents::{BackupId, BackupOutcome};

/// One run of a backup, as the account's Agent reported it.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// Its number.
    pub id: BackupId,
    /// With which key.
    pub key_id: KeyId,
    /// When the key was presented.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// When its end was reported; none while it runs, and where it was never reported.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ended_at: Option<OffsetDateTime>,
    /// How it went, once it ended.
    pub outcome: Option<BackupOutcome>,
    /// The tool's exit code; none when a signal ended it.
    pub exit_code: Option<i32>,
    /// Bytes that the tool says it backed up; none where it says nothing of them.
    pub bytes: Option<u64>,
}
