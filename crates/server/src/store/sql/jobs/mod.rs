//! Jobs: [`rules`] what is done, [`lists`] what people see, [`queue`] what AccountServers take up.

mod lists;
mod queue;
mod rules;

use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_api::jobs::{JobId, JobKind, JobReason, JobRules};
use keyfold_api::repositories::{BackupTool, Repository};
use keyfold_core::id::{AccountId, ScopeGuid};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use time::OffsetDateTime;

use super::SqlStore;
use crate::store::{
    Due, EndedJob, Holder, JobRow, JobRulesRow, JobStore, Lease, NewJobRow, Newest, OpenJob, Part,
    Slice, StoreError,
};

#[async_trait]
impl JobStore for SqlStore {
    async fn job_rules_of(&self, scope: ScopeGuid) -> Result<Option<JobRules>, StoreError> {
        self.rules_of(scope).await
    }

    async fn job_rules_in_force(
        &self,
        scope: ScopeGuid,
    ) -> Result<Option<JobRulesRow>, StoreError> {
        self.rules_in_force(scope).await
    }

    async fn all_job_rules(&self) -> Result<Vec<JobRulesRow>, StoreError> {
        self.all_rules().await
    }

    async fn change_job_rules(&self, row: &JobRulesRow, act: &Act) -> Result<(), StoreError> {
        self.change_rules(row, act).await
    }

    async fn delete_job_rules(&self, scope: ScopeGuid, act: &Act) -> Result<(), StoreError> {
        self.delete_rules(scope, act).await
    }

    async fn repository_of(&self, account: AccountId) -> Result<Option<Repository>, StoreError> {
        self.repository_of_account(account).await
    }

    async fn jobs_due(&self, due: Due, limit: u16) -> Result<Vec<AccountId>, StoreError> {
        self.accounts_due(due, limit).await
    }

    async fn insert_due_jobs(&self, jobs: &[NewJobRow]) -> Result<u64, StoreError> {
        self.insert_due(jobs).await
    }

    async fn ask_for_job(&self, job: &NewJobRow, act: &Act) -> Result<(), StoreError> {
        self.insert_asked(job, act).await
    }

    async fn job(&self, id: JobId) -> Result<Option<JobRow>, StoreError> {
        self.one_job(id).await
    }

    async fn jobs_of(
        &self,
        account: AccountId,
        slice: Slice<Newest>,
    ) -> Result<Part<JobRow, Newest>, StoreError> {
        self.jobs_of_account(account, slice).await
    }

    async fn jobs_below(
        &self,
        top: ScopeGuid,
        slice: Slice<Newest>,
    ) -> Result<Part<JobRow, Newest>, StoreError> {
        self.jobs_below_scope(top, slice).await
    }

    async fn cancel_job(&self, id: JobId, at: OffsetDateTime, act: &Act) -> Result<(), StoreError> {
        self.cancel(id, at, act).await
    }

    async fn open_jobs(
        &self,
        after: i64,
        now: OffsetDateTime,
        limit: u16,
    ) -> Result<Vec<OpenJob>, StoreError> {
        self.open_after(after, now, limit).await
    }

    async fn claim_job(
        &self,
        job: &OpenJob,
        tool: BackupTool,
        holder: &Holder,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        self.claim(job, tool, holder, now, until).await
    }

    async fn renew_job(
        &self,
        id: JobId,
        holder: &Holder,
        until: OffsetDateTime,
    ) -> Result<Lease, StoreError> {
        self.renew(id, holder, until).await
    }

    async fn end_job(
        &self,
        job: &OpenJob,
        holder: &Holder,
        ended: &EndedJob,
    ) -> Result<bool, StoreError> {
        self.end(job, Some(holder), ended).await
    }

    async fn skip_job(&self, job: &OpenJob, ended: &EndedJob) -> Result<bool, StoreError> {
        self.end(job, None, ended).await
    }

    async fn forget_jobs(&self, before: OffsetDateTime) -> Result<u64, StoreError> {
        self.forget_ended(before).await
    }
}

/// A kind, a state or a reason, by its name on the wire.
fn word<T: serde::de::DeserializeOwned>(text: &str, column: &'static str) -> Result<T, StoreError> {
    serde_json::from_value(text.into()).map_err(|_| StoreError::Damaged(column))
}

/// The name of a reason on the wire.
fn name_of(reason: JobReason) -> Result<String, StoreError> {
    match serde_json::to_value(reason) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        _ => Err(StoreError::Damaged("a word")),
    }
}

fn kind(row: &AnyRow) -> Result<JobKind, StoreError> {
    word(row.try_get("kind")?, "kind")
}

fn tool(text: &str) -> Result<BackupTool, StoreError> {
    BackupTool::named(text).ok_or(StoreError::Damaged("tool"))
}

/// The columns `tool` and `repository` of an account.
fn repository(row: &AnyRow) -> Result<Option<Repository>, StoreError> {
    let named: Option<&str> = row.try_get("tool")?;
    let address: Option<String> = row.try_get("repository")?;
    let (Some(named), Some(address)) = (named, address) else {
        return Ok(None);
    };
    Ok(Some(Repository {
        tool: tool(named)?,
        address: address
            .try_into()
            .map_err(|_| StoreError::Damaged("repository"))?,
    }))
}
