use async_trait::async_trait;
use keyfold_api::alerts::{AlertKind, AlertRule};
use keyfold_api::audit::Act;
use keyfold_core::id::ScopeGuid;
use sqlx::any::AnyRow;
use sqlx::{Row as _, query};

use super::audit::append_once;
use super::columns::{flag, id, text};
use super::{SqlStore, above, scopes};
use crate::store::{AlertRuleRow, AlertRuleStore, Conflict, StoreError};

#[async_trait]
impl AlertRuleStore for SqlStore {
    async fn alert_rules(&self) -> Result<Vec<AlertRuleRow>, StoreError> {
        let rows = query(
            "SELECT r.scope, r.kind, r.is_on, r.days, r.recipients, s.path FROM alert_rules AS r \
             JOIN scopes AS s ON s.guid = r.scope",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(rule_row).collect()
    }

    async fn alert_rules_above(&self, scope: ScopeGuid) -> Result<Vec<AlertRuleRow>, StoreError> {
        let rows = query(above!(
            "SELECT r.scope, r.kind, r.is_on, r.days, r.recipients, s.path FROM above \
             JOIN alert_rules AS r ON r.scope = above.guid JOIN scopes AS s ON s.guid = r.scope ORDER BY height"
        ))
        .bind(scope.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(rule_row).collect()
    }

    async fn change_alert_rule(
        &self,
        scope: ScopeGuid,
        kind: AlertKind,
        rule: Option<&AlertRule>,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        scopes::kind(&mut transaction, scope)
            .await?
            .ok_or(Conflict::Missing)?;
        query("DELETE FROM alert_rules WHERE scope = $1 AND kind = $2")
            .bind(scope.to_string())
            .bind(kind.code())
            .execute(&mut *transaction)
            .await?;
        if let Some(rule) = rule {
            query(
                "INSERT INTO alert_rules (scope, kind, is_on, days, recipients) VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(scope.to_string())
            .bind(kind.code())
            .bind(i64::from(rule.on))
            .bind(words(&rule.days))
            .bind(words(&rule.recipients))
            .execute(&mut *transaction)
            .await?;
        }
        append_once(&mut transaction, act).await?;
        Ok(transaction.commit().await?)
    }
}

fn rule_row(row: &AnyRow) -> Result<AlertRuleRow, StoreError> {
    let days: &str = row.try_get("days")?;
    let recipients: &str = row.try_get("recipients")?;
    Ok(AlertRuleRow {
        scope: id(row, "scope")?,
        path: text(row, "path")?,
        kind: id(row, "kind")?,
        rule: AlertRule {
            on: flag(row, "is_on")?,
            days: days
                .split_whitespace()
                .map(str::parse)
                .collect::<Result<_, _>>()
                .map_err(|_| StoreError::Damaged("days"))?,
            recipients: recipients.split_whitespace().map(str::to_owned).collect(),
        },
    })
}

/// Days and mail addresses have no spaces in them.
fn words(all: &[impl ToString]) -> String {
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    all.join(" ")
}
