//! Alerts as they travel, with the names that things have now.

use async_trait::async_trait;
use keyfold_api::alerts::Alert;
use keyfold_core::id::ScopeGuid;

use crate::access::Seen;
use crate::state::Platform;
use crate::store::{AlertRow, StoreError};
use crate::stream::{BATCH, Entry};

/// Rows with the names of their scopes, and of all above these.
pub(crate) async fn views(
    platform: &Platform,
    rows: Vec<AlertRow>,
) -> Result<Vec<Alert>, StoreError> {
    let scopes: Vec<ScopeGuid> = rows.iter().map(|row| row.scope).collect();
    let known = platform.store.with_all_above(&scopes).await?;
    rows.into_iter()
        .map(|row| view(row, |scope| Seen::among(&known, scope)))
        .collect()
}

fn view(row: AlertRow, seen: impl Fn(ScopeGuid) -> Seen) -> Result<Alert, StoreError> {
    let seen = seen(row.scope);
    let (account, account_name) = row.account.unzip();
    Ok(Alert {
        number: u64::try_from(row.number).map_err(|_| StoreError::Damaged("changed"))?,
        id: row.id,
        kind: row.kind,
        scope: row.scope,
        scope_name: seen.name().to_owned(),
        path: seen.path(),
        account,
        account_name,
        certificate: row.certificate,
        at: row.at,
        day: row.day,
        raised_at: row.raised_at,
        closed_at: row.closed_at,
    })
}

#[async_trait]
impl Entry for Alert {
    fn number(&self) -> i64 {
        i64::try_from(self.number).unwrap_or(i64::MAX)
    }

    fn line(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(|_| StoreError::Damaged("an alert"))
    }

    async fn after(platform: &Platform, number: i64) -> Result<Vec<Self>, StoreError> {
        let rows = platform.store.alerts_after(number, BATCH).await?;
        views(platform, rows).await
    }
}
