use keyfold_api::audit::Act;
use keyfold_api::jobs::JobRules;
use keyfold_core::id::ScopeGuid;
use sqlx::any::AnyRow;
use sqlx::{Row as _, query, query_scalar};

use super::super::audit::append_once;
use super::super::columns::id;
use super::super::{SqlStore, above};
use crate::store::{Conflict, JobRulesRow, StoreError};

impl SqlStore {
    pub(super) async fn rules_of(&self, scope: ScopeGuid) -> Result<Option<JobRules>, StoreError> {
        let rules: Option<String> = query_scalar("SELECT rules FROM job_rules WHERE scope = $1")
            .bind(scope.to_string())
            .fetch_optional(&self.pool)
            .await?;
        rules.as_deref().map(parsed).transpose()
    }

    pub(super) async fn rules_in_force(
        &self,
        scope: ScopeGuid,
    ) -> Result<Option<JobRulesRow>, StoreError> {
        let row = query(above!(
            "SELECT scope, rules FROM job_rules JOIN above ON above.guid = job_rules.scope ORDER BY height LIMIT 1"
        ))
        .bind(scope.to_string())
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(rules_row).transpose()
    }

    pub(super) async fn all_rules(&self) -> Result<Vec<JobRulesRow>, StoreError> {
        let rows = query("SELECT scope, rules FROM job_rules ORDER BY scope")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(rules_row).collect()
    }

    pub(super) async fn change_rules(
        &self,
        row: &JobRulesRow,
        act: &Act,
    ) -> Result<(), StoreError> {
        let rules = serde_json::to_string(&row.rules).map_err(|_| StoreError::Damaged("rules"))?;
        let mut transaction = self.writing().await?;
        query(
            "INSERT INTO job_rules (scope, rules) VALUES ($1, $2) \
             ON CONFLICT (scope) DO UPDATE SET rules = excluded.rules",
        )
        .bind(row.scope.to_string())
        .bind(rules)
        .execute(&mut *transaction)
        .await?;
        append_once(&mut transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    pub(super) async fn delete_rules(&self, scope: ScopeGuid, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let deleted = query("DELETE FROM job_rules WHERE scope = $1")
            .bind(scope.to_string())
            .execute(&mut *transaction)
            .await?;
        if deleted.rows_affected() == 0 {
            return Err(Conflict::Missing.into());
        }
        append_once(&mut transaction, act).await?;
        Ok(transaction.commit().await?)
    }
}

fn rules_row(row: &AnyRow) -> Result<JobRulesRow, StoreError> {
    Ok(JobRulesRow {
        scope: id(row, "scope")?,
        rules: parsed(row.try_get("rules")?)?,
    })
}

fn parsed(rules: &str) -> Result<JobRules, StoreError> {
    serde_json::from_str(rules).map_err(|_| StoreError::Damaged("rules"))
}
