//! Offline processing, as a signed-in person sees and changes it.

use keyfold_core::id::{AccountId, ScopeGuid};
use reqwest::Method;

use super::{ClientError, UserClient};
use crate::jobs::{Job, JobId, JobRules, NewJob, ScopeJobRules};
use crate::pages::{Page, PageQuery};

impl UserClient {
    /// `GET /scopes/{guid}/job-rules`: the scope's own rules, and those in force in it.
    pub async fn job_rules(&self, scope: ScopeGuid) -> Result<ScopeJobRules, ClientError> {
        self.get(&["scopes", &scope.to_string(), "job-rules"]).await
    }

    /// `PUT /scopes/{guid}/job-rules`: gives the scope rules of its own.
    pub async fn change_job_rules(
        &self,
        scope: ScopeGuid,
        rules: &JobRules,
    ) -> Result<ScopeJobRules, ClientError> {
        let scope = scope.to_string();
        self.send(Method::PUT, &["scopes", &scope, "job-rules"], rules)
            .await
    }

    /// `DELETE /scopes/{guid}/job-rules`: the scope inherits again.
    pub async fn delete_job_rules(&self, scope: ScopeGuid) -> Result<(), ClientError> {
        self.delete(&["scopes", &scope.to_string(), "job-rules"])
            .await
    }

    /// `GET /scopes/{guid}/jobs`: of accounts at any depth, newest first.
    pub async fn jobs_of_scope(
        &self,
        scope: ScopeGuid,
        page: PageQuery,
    ) -> Result<Page<Job>, ClientError> {
        self.page(&["scopes", &scope.to_string(), "jobs"], &page)
            .await
    }

    /// `GET /accounts/{id}/jobs`: newest first.
    pub async fn jobs_of_account(
        &self,
        account: AccountId,
        page: PageQuery,
    ) -> Result<Page<Job>, ClientError> {
        self.page(&["accounts", &account.to_string(), "jobs"], &page)
            .await
    }

    /// `POST /accounts/{id}/jobs`: asks for a job now.
    pub async fn ask_for_job(&self, account: AccountId, job: NewJob) -> Result<Job, ClientError> {
        let account = account.to_string();
        self.send(Method::POST, &["accounts", &account, "jobs"], &job)
            .await
    }

    /// `GET /jobs/{id}`.
    pub async fn job(&self, job: JobId) -> Result<Job, ClientError> {
        self.get(&["jobs", &job.to_string()]).await
    }

    /// `POST /jobs/{id}/cancellation`: at once while it waits, within seconds while it runs.
    pub async fn cancel_job(&self, job: JobId) -> Result<Job, ClientError> {
        let job = job.to_string();
        let body = serde_json::json!({});
        self.send(Method::POST, &["jobs", &job, "cancellation"], &body)
            .await
    }
}
