use async_trait::async_trait;
use keyfold_api::audit::Action;
use keyfold_core::id::AccountId;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _, query};
use time::OffsetDateTime;

use super::alerts::open_alert;
use super::columns::{fingerprint, flag, id, optional_time, text, time};
use super::part::list;
use super::{SqlStore, captured};
use crate::store::{AlertCauseStore, Cause, KeyFare, StoreError};

#[async_trait]
impl AlertCauseStore for SqlStore {
    async fn certificates_ending(&self, before: OffsetDateTime) -> Result<Vec<Cause>, StoreError> {
        let rows = query(
            "SELECT c.fingerprint, c.scope, c.not_after, s.path FROM certificates AS c \
             JOIN scopes AS s ON s.guid = c.scope WHERE c.superseded_at IS NULL AND c.not_after < $1",
        )
        .bind(before.unix_timestamp())
        .fetch_all(&self.pool)
        .await?;
        let cause = |row: &AnyRow| {
            let certificate = fingerprint(row, "fingerprint")?;
            Ok(Cause {
                subject: certificate.to_string(),
                scope: id(row, "scope")?,
                path: text(row, "path")?,
                account: None,
                certificate: Some(certificate),
                at: time(row, "not_after")?,
            })
        };
        rows.iter().map(cause).collect()
    }

    async fn ended_credentials_used(
        &self,
        since: OffsetDateTime,
    ) -> Result<Vec<Cause>, StoreError> {
        let rows = query(
            "SELECT a.id, a.group_guid, s.path, used.at FROM \
             (SELECT account, min(acted_at) AS at FROM audit_entries WHERE action = $1 AND acted_at >= $2 \
             GROUP BY account) AS used \
             JOIN accounts AS a ON a.id = used.account JOIN scopes AS s ON s.guid = a.group_guid",
        )
        .bind(Action::UseEndedCredential.code())
        .bind(since.unix_timestamp())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(account_cause).collect()
    }

    async fn key_fares(
        &self,
        after: Option<AccountId>,
        limit: u16,
    ) -> Result<Vec<KeyFare>, StoreError> {
        let rows = query(concat!(
            "SELECT a.id, a.group_guid, a.uncaptured_since, s.path, al.id AS alert, al.subject, al.day, \
             CASE WHEN ",
            captured!(),
            " THEN 1 ELSE 0 END AS captured FROM accounts AS a JOIN scopes AS s ON s.guid = a.group_guid \
             LEFT JOIN alerts AS al ON al.kind = 'key-not-captured' AND al.subject = a.id AND al.closed_at IS NULL \
             WHERE a.id > $1 ORDER BY a.id LIMIT $2"
        ))
        .bind(after.map(|after| after.to_string()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(key_fare).collect()
    }

    async fn note_uncaptured(
        &self,
        accounts: &[AccountId],
        since: Option<OffsetDateTime>,
    ) -> Result<(), StoreError> {
        if accounts.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "UPDATE accounts SET uncaptured_since = ${} WHERE id IN ({})",
            accounts.len() + 1,
            list(accounts.len())
        );
        let mut note = query(AssertSqlSafe(sql));
        for account in accounts {
            note = note.bind(account.to_string());
        }
        let mut transaction = self.adding().await?;
        note.bind(since.map(OffsetDateTime::unix_timestamp))
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}

fn account_cause(row: &AnyRow) -> Result<Cause, StoreError> {
    let account: AccountId = id(row, "id")?;
    Ok(Cause {
        subject: account.to_string(),
        scope: id(row, "group_guid")?,
        path: text(row, "path")?,
        account: Some(account),
        certificate: None,
        at: time(row, "at")?,
    })
}

fn key_fare(row: &AnyRow) -> Result<KeyFare, StoreError> {
    let alert: Option<&str> = row.try_get("alert")?;
    Ok(KeyFare {
        account: id(row, "id")?,
        group: id(row, "group_guid")?,
        path: text(row, "path")?,
        captured: flag(row, "captured")?,
        uncaptured_since: optional_time(row, "uncaptured_since")?,
        alert: alert
            .is_some()
            .then(|| open_alert(row, "alert"))
            .transpose()?,
    })
}
