//! Offline processing: the rules, and the jobs that follow from them.

use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_api::jobs::{Job, JobId, JobKind, JobReason, JobRules, JobState};
use keyfold_api::repositories::{BackupTool, Repository};
use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use time::{Duration, OffsetDateTime};

use super::{Newest, Part, Slice, StoreError};

/// The rules of one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRulesRow {
    /// Whose.
    pub scope: ScopeGuid,
    /// What is done, and how often.
    pub rules: JobRules,
}

/// A job as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// What people see of it.
    pub job: Job,
    /// The Group of its account.
    pub group: ScopeGuid,
    /// The account's present key.
    pub key_id: Option<KeyId>,
}

/// A job that is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJobRow {
    /// Its number.
    pub id: JobId,
    /// Whose repository.
    pub account: AccountId,
    /// What.
    pub kind: JobKind,
    /// Who asks for it (sign-in name); none when it is due.
    pub asked_by: Option<String>,
    /// Now.
    pub queued_at: OffsetDateTime,
}

/// A job that waits for somebody to do it, or whose AccountServer is no longer at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenJob {
    /// Its place in the queue.
    pub seq: i64,
    /// Its number.
    pub id: JobId,
    /// Whose repository.
    pub account: AccountId,
    /// The account's name.
    pub account_name: String,
    /// Its Group.
    pub group: ScopeGuid,
    /// The account's present key.
    pub key_id: Option<KeyId>,
    /// When the account's last completed backup ended.
    pub last_backup_at: Option<OffsetDateTime>,
    /// Where its backups lie.
    pub repository: Option<Repository>,
    /// What.
    pub kind: JobKind,
    /// How often it was begun.
    pub attempts: u32,
}

/// Whoever is at a job: an AccountServer, for this attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// A random number of the process.
    pub process: String,
    /// The server's name for people.
    pub server: String,
}

/// Which jobs are due.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// Accounts at or below this scope for which its rules are in force.
    pub scope: ScopeGuid,
    /// Of this kind.
    pub kind: JobKind,
    /// Since the last one of the kind.
    pub every: Duration,
    /// Now.
    pub now: OffsetDateTime,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedJob {
    /// The state that it is in now: `Waiting` for another attempt.
    pub state: JobState,
    /// Why.
    pub reason: Option<JobReason>,
    /// The tool's last words.
    pub words: Option<String>,
    /// When.
    pub at: OffsetDateTime,
    /// When another attempt may begin.
    pub not_before: OffsetDateTime,
}

/// What whoever renews a lease learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// Go on.
    Held,
    /// Somebody wants the job to end.
    Cancelled,
    /// Another AccountServer has it, or the account is gone.
    Lost,
}

/// Rules and jobs.
#[async_trait]
pub trait JobStore: Send + Sync {
    /// The rules of the scope itself.
    async fn job_rules_of(&self, scope: ScopeGuid) -> Result<Option<JobRules>, StoreError>;
    /// The rules in force in the scope: the nearest ones on its way to the root.
    async fn job_rules_in_force(&self, scope: ScopeGuid)
    -> Result<Option<JobRulesRow>, StoreError>;
    /// All rules of all scopes.
    async fn all_job_rules(&self) -> Result<Vec<JobRulesRow>, StoreError>;
    /// Gives the scope rules of its own.
    async fn change_job_rules(&self, row: &JobRulesRow, act: &Act) -> Result<(), StoreError>;
    /// Takes the scope's own rules away; refused with `Missing`.
    async fn delete_job_rules(&self, scope: ScopeGuid, act: &Act) -> Result<(), StoreError>;

    /// Where the account's backups lie, as its Agent said last.
    async fn repository_of(&self, account: AccountId) -> Result<Option<Repository>, StoreError>;
    /// Accounts with a repository and a backup of the last seven days for which such a job is due; at most so many.
    async fn jobs_due(&self, due: Due, limit: u16) -> Result<Vec<AccountId>, StoreError>;
    /// Adds jobs that are due, but for accounts that have one of the kind under way; answers how many that were.
    async fn insert_due_jobs(&self, jobs: &[NewJobRow]) -> Result<u64, StoreError>;
    /// Adds a job that somebody asks for; refused with `JobUnderWay` while one of the kind is under way.
    async fn ask_for_job(&self, job: &NewJobRow, act: &Act) -> Result<(), StoreError>;

    /// One job.
    async fn job(&self, id: JobId) -> Result<Option<JobRow>, StoreError>;
    /// An account's jobs, newest first.
    async fn jobs_of(
        &self,
        account: AccountId,
        slice: Slice<Newest>,
    ) -> Result<Part<JobRow, Newest>, StoreError>;
    /// Jobs of accounts at or below this scope, newest first.
    async fn jobs_below(
        &self,
        top: ScopeGuid,
        slice: Slice<Newest>,
    ) -> Result<Part<JobRow, Newest>, StoreError>;
    /// Ends a waiting job, and has whoever is at a running one end it; refused with `JobEnded`.
    async fn cancel_job(&self, id: JobId, at: OffsetDateTime, act: &Act) -> Result<(), StoreError>;

    /// Jobs that wait or whose lease is over, after this one, in the order of the queue.
    async fn open_jobs(
        &self,
        after: i64,
        now: OffsetDateTime,
        limit: u16,
    ) -> Result<Vec<OpenJob>, StoreError>;
    /// Takes a job up until `until`; false when somebody else did, or is at another job of the account.
    async fn claim_job(
        &self,
        job: &OpenJob,
        tool: BackupTool,
        holder: &Holder,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, StoreError>;
    /// Holds it until `until`.
    async fn renew_job(
        &self,
        id: JobId,
        holder: &Holder,
        until: OffsetDateTime,
    ) -> Result<Lease, StoreError>;
    /// Ends what this holder is at; false when it is not (any more).
    async fn end_job(
        &self,
        job: &OpenJob,
        holder: &Holder,
        ended: &EndedJob,
    ) -> Result<bool, StoreError>;
    /// Ends a job that nobody is at without beginning it; false when somebody is.
    async fn skip_job(&self, job: &OpenJob, ended: &EndedJob) -> Result<bool, StoreError>;
    /// Deletes jobs that ended before.
    async fn forget_jobs(&self, before: OffsetDateTime) -> Result<u64, StoreError>;
}
