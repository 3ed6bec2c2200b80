//! Backups and captured keys.

use async_trait::async_trait;
use keyfold_api::agents::{BackupId, BackupOutcome};
use keyfold_api::backups::Backup;
use keyfold_api::captured_keys::{CapturedKeyId, CapturedKeySummary};
use keyfold_api::repositories::Repository;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{CaptureRow, Newest, Part, Position, Slice, StoreError};

/// One run of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupRow {
    /// Its number.
    pub id: BackupId,
    /// Whose.
    pub account: AccountId,
    /// With which key.
    pub key_id: KeyId,
    /// Whether the Agent says that it made this key itself.
    pub generated: bool,
    /// When it began.
    pub started_at: OffsetDateTime,
    /// How it went, once it ended.
    pub outcome: Option<BackupOutcome>,
}

/// How a backup ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedBackup<'a> {
    /// How it went.
    pub outcome: BackupOutcome,
    /// The tool's exit code; none when a signal ended it.
    pub exit_code: Option<i32>,
    /// Bytes that the tool says it backed up.
    pub bytes: Option<u64>,
    /// Where it lies; none leaves what was said before.
    pub repository: Option<&'a Repository>,
    /// When.
    pub ended_at: OffsetDateTime,
}

/// A captured key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturedKeyRow {
    /// What it is.
    pub summary: CapturedKeySummary,
    /// CMS, DER.
    pub content: Vec<u8>,
}

/// A captured key's place among those of a part of the tree: certificate after certificate, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByCertificate {
    /// The certificate's number.
    pub certificate: i64,
    /// The captured key's.
    pub seq: i64,
}

impl Default for ByCertificate {
    fn default() -> Self {
        Self {
            certificate: i64::MAX,
            seq: i64::MAX,
        }
    }
}

impl Position for ByCertificate {
    fn is_plausible(&self) -> bool {
        self.certificate > 0 && self.seq > 0
    }
}

/// A backup's place among those of its account: the one that began last first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByStart {
    /// When it began.
    pub started_at: i64,
    /// Its number.
    pub id: String,
}

impl Default for ByStart {
    fn default() -> Self {
        Self {
            started_at: i64::MAX,
            id: String::new(),
        }
    }
}

impl Position for ByStart {
    fn is_plausible(&self) -> bool {
        !self.id.chars().any(char::is_control)
    }
}

/// Backups and what was captured.
#[async_trait]
pub trait CaptureStore: Send + Sync {
    /// Notes that a backup began; its key is the account's present key from now on.
    async fn start_backup(&self, backup: &BackupRow) -> Result<(), StoreError>;
    /// One backup.
    async fn backup(&self, id: BackupId) -> Result<Option<BackupRow>, StoreError>;
    /// Backups of an account, newest first.
    async fn backups_of(
        &self,
        account: AccountId,
        slice: Slice<ByStart>,
    ) -> Result<Part<Backup, ByStart>, StoreError>;
    /// Whether a backup of this account completed with this key.
    async fn completed_before(&self, account: AccountId, key_id: KeyId)
    -> Result<bool, StoreError>;
    /// Notes that a backup ended, together with what was captured after it. The same end again changes nothing;
    /// another outcome is refused with `BackupEnded`.
    ///
    /// `present` are the certificates, not superseded, on the account's way to the root when it was captured. If they are
    /// others by now, what captures is refused with `CertificatesChanged`: an upload or a move came between, and a
    /// backup that ends after an upload is captured to its certificate.
    async fn end_backup(
        &self,
        id: BackupId,
        ended: EndedBackup<'_>,
        captured: &[CaptureRow],
        present: &[Fingerprint],
    ) -> Result<(), StoreError>;
    /// Which keys were captured to this certificate.
    async fn captured_to(
        &self,
        certificate: Fingerprint,
    ) -> Result<Vec<(AccountId, KeyId)>, StoreError>;
    /// The scopes to whose certificates this key was captured, on the account's way to the root.
    async fn scopes_holding(
        &self,
        account: AccountId,
        key_id: KeyId,
    ) -> Result<Vec<ScopeGuid>, StoreError>;
    /// Captured keys of an account to certificates of this scope and those below it, newest first.
    async fn captured_of_account(
        &self,
        account: AccountId,
        top: ScopeGuid,
        slice: Slice<Newest>,
    ) -> Result<Part<CapturedKeySummary, Newest>, StoreError>;
    /// Captured keys to certificates of this scope and those below it: the newest certificate's first, each
    /// certificate's newest first.
    async fn captured_below(
        &self,
        top: ScopeGuid,
        slice: Slice<ByCertificate>,
    ) -> Result<Part<CapturedKeySummary, ByCertificate>, StoreError>;
    /// One captured key, with its content.
    async fn captured_key(&self, id: CapturedKeyId) -> Result<Option<CapturedKeyRow>, StoreError>;
}
