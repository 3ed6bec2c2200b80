use std::collections::BTreeSet;

use async_trait::async_trait;
use keyfold_api::agents::{BackupId, BackupOutcome};
use keyfold_api::backups::Backup;
use keyfold_api::captured_keys::{CapturedKeyId, CapturedKeySummary};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _, query, query_scalar};

use super::columns::{fingerprint, flag, id, parsed, text, time};
use super::presenting::Begin;
use super::{SqlStore, capturing};
use crate::store::{
    BackupRow, ByCertificate, ByStart, CaptureRow, CaptureStore, CapturedKeyRow, Claim, Conflict,
    EndedBackup, Newest, Part, Slice, StoreError,
};

#[async_trait]
impl CaptureStore for SqlStore {
    async fn start_backup(&self, backup: &BackupRow) -> Result<(), StoreError> {
        let begin = Begin {
            backup: backup.clone(),
            claim: Claim::current(),
        };
        self.agents.begin.ask(self, begin).await
    }

    async fn backup(&self, id: BackupId) -> Result<Option<BackupRow>, StoreError> {
        let row =
            query("SELECT id, account, key_id, generated, started_at, outcome, key_changed FROM backups WHERE id = $1")
                .bind(id.to_string())
                .fetch_optional(&self.pool)
                .await?;
        row.as_ref().map(backup_row).transpose()
    }

    async fn backups_of(
        &self,
        account: AccountId,
        slice: Slice<ByStart>,
    ) -> Result<Part<Backup, ByStart>, StoreError> {
        self.backups_of_account(account, slice).await
    }

    async fn completed_before(
        &self,
        account: AccountId,
        key_id: KeyId,
    ) -> Result<bool, StoreError> {
        let completed: i64 = query_scalar(
            "SELECT count(*) FROM backups WHERE account = $1 AND key_id = $2 AND outcome = 'completed'",
        )
        .bind(account.to_string())
        .bind(key_id.to_string())
        .fetch_one(&self.pool)
        .await?;
        Ok(completed != 0)
    }

    async fn end_backup(
        &self,
        id: BackupId,
        ended: EndedBackup<'_>,
        captured: &[CaptureRow],
        present: &[Fingerprint],
    ) -> Result<(), StoreError> {
        let mut transaction = self.adding().await?;
        let account = close(&mut transaction, id, ended).await?;
        if ended.outcome.captures() {
            let present = present.iter().copied().collect();
            if present_for(&mut transaction, account).await? != present
                || captured
                    .iter()
                    .any(|row| !present.contains(&row.certificate))
            {
                return Err(Conflict::CertificatesChanged.into());
            }
            capturing::insert(&mut transaction, captured).await?;
        }
        let group = group_of(&mut transaction, account).await?;
        transaction.commit().await?;
        self.channel.captured(&self.pool, group);
        Ok(())
    }

    async fn captured_to(
        &self,
        certificate: Fingerprint,
    ) -> Result<Vec<(AccountId, KeyId)>, StoreError> {
        let rows = query("SELECT account, key_id FROM captured_keys WHERE certificate = $1")
            .bind(&certificate.as_bytes()[..])
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| Ok((id(row, "account")?, id(row, "key_id")?)))
            .collect()
    }

    async fn scopes_holding(
        &self,
        account: AccountId,
        key_id: KeyId,
    ) -> Result<Vec<ScopeGuid>, StoreError> {
        let rows = query(
            "WITH RECURSIVE above (guid) AS (SELECT group_guid FROM accounts WHERE id = $1 \
             UNION ALL SELECT scopes.parent FROM scopes JOIN above USING (guid) WHERE scopes.parent IS NOT NULL) \
             SELECT DISTINCT certificates.scope AS scope FROM captured_keys \
             JOIN certificates ON certificates.fingerprint = captured_keys.certificate \
             JOIN above ON above.guid = certificates.scope \
             WHERE captured_keys.account = $1 AND captured_keys.key_id = $2 ORDER BY scope",
        )
        .bind(account.to_string())
        .bind(key_id.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| id(row, "scope")).collect()
    }

    async fn captured_of_account(
        &self,
        account: AccountId,
        top: ScopeGuid,
        slice: Slice<Newest>,
    ) -> Result<Part<CapturedKeySummary, Newest>, StoreError> {
        self.captured_keys_of_account(account, top, slice).await
    }

    async fn captured_below(
        &self,
        top: ScopeGuid,
        slice: Slice<ByCertificate>,
    ) -> Result<Part<CapturedKeySummary, ByCertificate>, StoreError> {
        self.captured_keys_below(top, slice).await
    }

    async fn captured_key(&self, id: CapturedKeyId) -> Result<Option<CapturedKeyRow>, StoreError> {
        let row = query(
            "SELECT captured_key_summaries.*, captured_keys.content FROM captured_key_summaries \
             JOIN captured_keys USING (seq) WHERE captured_keys.id = $1",
        )
        .bind(id.to_string())
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            Ok(CapturedKeyRow {
                summary: summary(&row)?,
                content: row.try_get("content")?,
            })
        })
        .transpose()
    }
}

/// The Group that an account lies in; none when it is gone.
async fn group_of(
    connection: &mut AnyConnection,
    account: AccountId,
) -> Result<Option<ScopeGuid>, StoreError> {
    let row = query("SELECT group_guid FROM accounts WHERE id = $1")
        .bind(account.to_string())
        .fetch_optional(connection)
        .await?;
    row.map(|row| id(&row, "group_guid")).transpose()
}

/// Ends a backup once, whoever else ends it at the same moment; answers whose it is.
async fn close(
    connection: &mut AnyConnection,
    id: BackupId,
    ended: EndedBackup<'_>,
) -> Result<AccountId, StoreError> {
    let outcome = match ended.outcome {
        BackupOutcome::Completed | BackupOutcome::KeyChanged => "completed",
        BackupOutcome::Failed => "failed",
    };
    let account: Option<String> = query_scalar(
        "UPDATE backups SET ended_at = $2, outcome = $3, exit_code = $4, key_changed = $5, bytes = $6 WHERE id = $1 AND outcome IS NULL \
         RETURNING account",
    )
    .bind(id.to_string())
    .bind(ended.ended_at.unix_timestamp())
    .bind(outcome)
    .bind(ended.exit_code)
    .bind(i64::from(ended.outcome == BackupOutcome::KeyChanged))
    .bind(ended.bytes.and_then(|bytes| i64::try_from(bytes).ok()))
    .fetch_optional(&mut *connection)
    .await?;
    let Some(account) = account else {
        return closed_before(connection, id, ended.outcome).await;
    };
    if ended.outcome == BackupOutcome::Completed {
        query(
            "UPDATE accounts SET last_backup_at = CASE WHEN last_backup_at > $2 THEN last_backup_at ELSE $2 END, \
             tool = coalesce($3, tool), repository = coalesce($4, repository) WHERE id = $1",
        )
        .bind(&account)
        .bind(ended.ended_at.unix_timestamp())
        .bind(ended.repository.map(|it| it.tool.name()))
        .bind(ended.repository.map(|it| it.address.as_str()))
        .execute(&mut *connection)
        .await?;
    }
    parsed(&account, "account")
}

/// Whose backup it is, when it ended with this outcome before.
async fn closed_before(
    connection: &mut AnyConnection,
    id: BackupId,
    outcome: BackupOutcome,
) -> Result<AccountId, StoreError> {
    let row = query(
        "SELECT id, account, key_id, generated, started_at, outcome, key_changed FROM backups WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(connection)
    .await?;
    let backup = backup_row(&row.ok_or(Conflict::Missing)?)?;
    if backup.outcome != Some(outcome) {
        return Err(Conflict::BackupEnded.into());
    }
    Ok(backup.account)
}

/// Certificates, not superseded, on the account's way to the root.
async fn present_for(
    connection: &mut AnyConnection,
    account: AccountId,
) -> Result<BTreeSet<Fingerprint>, StoreError> {
    let rows = query(
        "WITH RECURSIVE above (guid) AS (SELECT group_guid FROM accounts WHERE id = $1 \
         UNION ALL SELECT scopes.parent FROM scopes JOIN above USING (guid) WHERE scopes.parent IS NOT NULL) \
         SELECT fingerprint FROM certificates JOIN above ON above.guid = certificates.scope \
         WHERE superseded_at IS NULL",
    )
    .bind(account.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| fingerprint(row, "fingerprint"))
        .collect()
}

pub(super) fn backup_row(row: &AnyRow) -> Result<BackupRow, StoreError> {
    let outcome = match row.try_get::<Option<&str>, _>("outcome")? {
        None => None,
        Some("completed") if flag(row, "key_changed")? => Some(BackupOutcome::KeyChanged),
        Some("completed") => Some(BackupOutcome::Completed),
        Some("failed") => Some(BackupOutcome::Failed),
        Some(_) => return Err(StoreError::Damaged("outcome")),
    };
    Ok(BackupRow {
        id: id(row, "id")?,
        account: id(row, "account")?,
        key_id: id(row, "key_id")?,
        generated: flag(row, "generated")?,
        started_at: time(row, "started_at")?,
        outcome,
    })
}

pub(super) fn summary(row: &AnyRow) -> Result<CapturedKeySummary, StoreError> {
    Ok(CapturedKeySummary {
        id: id(row, "id")?,
        account: id(row, "account")?,
        account_name: text(row, "account_name")?,
        scope: id(row, "scope")?,
        scope_name: text(row, "scope_name")?,
        key_id: id(row, "key_id")?,
        certificate: fingerprint(row, "certificate")?,
        spki_fingerprint: fingerprint(row, "spki_fingerprint")?,
        captured_at: time(row, "captured_at")?,
        current: flag(row, "current")?,
    })
}
