//! Backups, page by page.

use keyfold_api::backups::Backup;
use keyfold_core::id::AccountId;
use sqlx::any::AnyRow;
use sqlx::{Row as _, query};

use super::SqlStore;
use super::captures::backup_row;
use super::columns::{optional_time, text};
use super::part::part;
use crate::store::{ByStart, Part, Slice, StoreError};

impl SqlStore {
    pub(super) async fn backups_of_account(
        &self,
        account: AccountId,
        slice: Slice<ByStart>,
    ) -> Result<Part<Backup, ByStart>, StoreError> {
        let rows = query(
            "SELECT id, account, key_id, generated, started_at, outcome, key_changed, ended_at, exit_code, bytes FROM backups \
             WHERE account = $1 AND (started_at, id) < ($2, $3) ORDER BY started_at DESC, id DESC LIMIT $4",
        )
        .bind(account.to_string())
        .bind(slice.after.started_at)
        .bind(&slice.after.id)
        .bind(slice.and_one())
        .fetch_all(&self.pool)
        .await?;
        part(rows, slice.limit, place, backup)
    }
}

fn place(row: &AnyRow) -> Result<ByStart, StoreError> {
    Ok(ByStart {
        started_at: row.try_get("started_at")?,
        id: text(row, "id")?,
    })
}

fn backup(row: &AnyRow) -> Result<Backup, StoreError> {
    let begun = backup_row(row)?;
    let bytes: Option<i64> = row.try_get("bytes")?;
    Ok(Backup {
        id: begun.id,
        key_id: begun.key_id,
        started_at: begun.started_at,
        ended_at: optional_time(row, "ended_at")?,
        outcome: begun.outcome,
        exit_code: row.try_get("exit_code")?,
        bytes: bytes.and_then(|bytes| bytes.try_into().ok()),
    })
}
