use std::collections::BTreeSet;

use async_trait::async_trait;
use keyfold_api::alerts::AlertKind;
use keyfold_core::id::{AccountId, ScopeGuid};
use sqlx::any::AnyRow;
use sqlx::{Row as _, query, query_scalar};
use time::OffsetDateTime;

use super::change::Change;
use super::columns::{fingerprint, id, optional_id, optional_time, parsed, text, time};
use super::part::part;
use super::{GUIDS, SqlStore};
use crate::store::{
    AlertChange, AlertRow, AlertStore, InTree, Newest, Notice, OpenAlert, Part, Slice, StoreError,
};

/// A query for alerts `al` with the names of their accounts.
macro_rules! alerts {
    ($conditions:literal) => {
        concat!(
            "SELECT al.changed, al.id, al.kind, al.scope, al.account, a.name AS account_name, al.certificate, al.at, \
             al.day, al.raised_at, al.closed_at, s.path FROM alerts AS al JOIN scopes AS s ON s.guid = al.scope \
             LEFT JOIN accounts AS a ON a.id = al.account ",
            $conditions
        )
    };
}

#[async_trait]
impl AlertStore for SqlStore {
    async fn open_alerts(&self, kind: AlertKind) -> Result<Vec<OpenAlert>, StoreError> {
        let rows =
            query("SELECT id, subject, day FROM alerts WHERE kind = $1 AND closed_at IS NULL")
                .bind(kind.code())
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(|row| open_alert(row, "id")).collect()
    }

    async fn change_alerts(
        &self,
        changes: &[AlertChange],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut transaction = self.alone().await?;
        let most = i64::try_from(changes.len()).unwrap_or(i64::MAX);
        let last: i64 = query_scalar(
            "UPDATE platform SET alert_changes = alert_changes + $1 RETURNING alert_changes",
        )
        .bind(most)
        .fetch_one(&mut *transaction)
        .await?;
        let mut scopes = BTreeSet::new();
        for (number, change) in (last - most + 1..).zip(changes) {
            scopes.extend(make(&mut transaction, change, number, now).await?);
        }
        let scopes: Vec<ScopeGuid> = scopes.into_iter().collect();
        for scopes in scopes.chunks(GUIDS) {
            transaction.tell(Notice::AlertsChanged {
                scopes: scopes.to_vec(),
            });
        }
        Ok(transaction.commit().await?)
    }

    async fn forget_alerts(&self, before: OffsetDateTime) -> Result<(), StoreError> {
        query("DELETE FROM alerts WHERE closed_at < $1")
            .bind(before.unix_timestamp())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn alerts_of(
        &self,
        top: ScopeGuid,
        slice: Slice<Newest>,
    ) -> Result<Part<AlertRow, Newest>, StoreError> {
        let Some(below) = self.subtree_of(top).await? else {
            return Ok(Part::none());
        };
        let rows = query(alerts!(
            "WHERE al.closed_at IS NULL AND s.path >= $1 AND s.path < $2 \
             AND al.changed < $3 ORDER BY al.changed DESC LIMIT $4"
        ))
        .bind(below.at(&InTree::default()))
        .bind(below.end())
        .bind(slice.after.seq)
        .bind(slice.and_one())
        .fetch_all(&self.pool)
        .await?;
        let newest = |row: &AnyRow| {
            Ok(Newest {
                seq: row.try_get("changed")?,
            })
        };
        part(rows, slice.limit, newest, alert_row)
    }

    async fn count_alerts(&self, top: ScopeGuid, most: u32) -> Result<u32, StoreError> {
        let Some(below) = self.subtree_of(top).await? else {
            return Ok(0);
        };
        let row = query(
            "SELECT count(*) AS open FROM (SELECT 1 AS one FROM alerts AS al JOIN scopes AS s ON s.guid = al.scope \
             WHERE al.closed_at IS NULL AND s.path >= $1 AND s.path < $2 LIMIT $3) AS few",
        )
        .bind(below.at(&InTree::default()))
        .bind(below.end())
        .bind(i64::from(most))
        .fetch_one(&self.pool)
        .await?;
        super::columns::count(&row, "open")
    }

    async fn alerts_after(&self, number: i64, limit: u32) -> Result<Vec<AlertRow>, StoreError> {
        let rows = query(alerts!(
            "WHERE al.changed > $1 ORDER BY al.changed LIMIT $2"
        ))
        .bind(number)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(alert_row).collect()
    }
}

/// Makes one change; answers the scope of the alert, unless somebody else made the change before, or what it is about
/// is gone.
async fn make(
    transaction: &mut Change,
    change: &AlertChange,
    number: i64,
    now: OffsetDateTime,
) -> Result<Option<ScopeGuid>, StoreError> {
    let changed = match change {
        AlertChange::Raise {
            id,
            kind,
            cause,
            day,
        } => query(
            "INSERT INTO alerts (id, kind, subject, scope, account, certificate, at, day, raised_at, changed) \
             SELECT $1, $2, $3, guid, $5, $6, $7, $8, $9, $10 FROM scopes WHERE guid = $4 \
             AND (coalesce($5, '') = '' OR EXISTS (SELECT 1 FROM accounts WHERE accounts.id = $5)) \
             ON CONFLICT DO NOTHING RETURNING scope",
        )
        .bind(id.to_string())
        .bind(kind.code())
        .bind(&cause.subject)
        .bind(cause.scope.to_string())
        .bind(cause.account.map(|account| account.to_string()))
        .bind(cause.certificate.map(|it| it.as_bytes().to_vec()))
        .bind(cause.at.unix_timestamp())
        .bind(day.map(i64::from))
        .bind(now.unix_timestamp()),
        AlertChange::Reach { id, day } => query(
            "UPDATE alerts SET day = $2, changed = $3 WHERE id = $1 AND closed_at IS NULL \
             AND coalesce(day, -1) <> coalesce($2, -1) RETURNING scope",
        )
        .bind(id.to_string())
        .bind(day.map(i64::from)),
        AlertChange::Close { id } => query(
            "UPDATE alerts SET closed_at = $2, changed = $3 WHERE id = $1 AND closed_at IS NULL RETURNING scope",
        )
        .bind(id.to_string())
        .bind(now.unix_timestamp()),
    };
    let row = changed
        .bind(number)
        .fetch_optional(&mut **transaction)
        .await?;
    row.map(|row| id(&row, "scope")).transpose()
}

/// An open alert whose number stands in this column.
pub(super) fn open_alert(row: &AnyRow, column: &'static str) -> Result<OpenAlert, StoreError> {
    Ok(OpenAlert {
        id: id(row, column)?,
        subject: text(row, "subject")?,
        day: day(row)?,
    })
}

fn alert_row(row: &AnyRow) -> Result<AlertRow, StoreError> {
    let account: Option<AccountId> = optional_id(row, "account")?;
    let name: Option<String> = row.try_get("account_name")?;
    let is_certificate = row.try_get::<Option<&[u8]>, _>("certificate")?.is_some();
    Ok(AlertRow {
        number: row.try_get("changed")?,
        id: id(row, "id")?,
        kind: parsed(row.try_get("kind")?, "kind")?,
        scope: id(row, "scope")?,
        path: text(row, "path")?,
        account: account.zip(name),
        certificate: is_certificate
            .then(|| fingerprint(row, "certificate"))
            .transpose()?,
        at: time(row, "at")?,
        day: day(row)?,
        raised_at: time(row, "raised_at")?,
        closed_at: optional_time(row, "closed_at")?,
    })
}

fn day(row: &AnyRow) -> Result<Option<u16>, StoreError> {
    let day: Option<i64> = row.try_get("day")?;
    day.map(u16::try_from)
        .transpose()
        .map_err(|_| StoreError::Damaged("day"))
}
