//! Jobs: what was done with repositories, what is asked for, what is cancelled.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use keyfold_api::audit::Action;
use keyfold_api::jobs::{Job, JobId, JobReason, JobState, NewJob};
use keyfold_api::pages::{Page, PageQuery};
use keyfold_api::sessions::User;
use keyfold_core::id::{AccountId, ScopeGuid};
use serde_json::Value;

use crate::access;
use crate::audit::Asked;
use crate::body::Json;
use crate::caller::{May, Named};
use crate::paging::{Paging, page};
use crate::refusal::Refusal;
use crate::rights::{ManageJobs, SeeAccounts};
use crate::state::{Platform, Shared};
use crate::store::{JobRow, NewJobRow};

/// An account's jobs, newest first.
#[utoipa::path(
    get,
    path = "/accounts/{id}/jobs",
    operation_id = "list_jobs_of_account",
    tag = "jobs",
    security(("session" = ["SeeAccounts"])),
    params(("id" = AccountId, Path), PageQuery),
    responses((status = 200, description = "The jobs.", body = Page<Job>)),
)]
pub(super) async fn list_of_account(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeAccounts>,
    Named(account): Named<AccountId>,
    paging: Paging,
) -> Result<Answer<Page<Job>>, Refusal> {
    access::account(&platform, &user, account).await?;
    let part = platform.store.jobs_of(account, paging.slice()?).await?;
    page(part, |row| view(&platform, row)).map(Answer)
}

/// Jobs of the accounts below a scope, newest first.
#[utoipa::path(
    get,
    path = "/scopes/{guid}/jobs",
    operation_id = "list_jobs_of_scope",
    tag = "jobs",
    security(("session" = ["SeeAccounts"])),
    params(("guid" = ScopeGuid, Path), PageQuery),
    responses((status = 200, description = "The jobs.", body = Page<Job>)),
)]
pub(super) async fn list_of_scope(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeAccounts>,
    Named(scope): Named<ScopeGuid>,
    paging: Paging,
) -> Result<Answer<Page<Job>>, Refusal> {
    access::scope(&platform, &user, scope).await?;
    let part = platform.store.jobs_below(scope, paging.slice()?).await?;
    page(part, |row| view(&platform, row)).map(Answer)
}

/// Asks for a job now.
#[utoipa::path(
    post,
    path = "/accounts/{id}/jobs",
    operation_id = "ask_for_job",
    tag = "jobs",
    security(("session" = ["ManageJobs"])),
    params(("id" = AccountId, Path)),
    request_body = NewJob,
    responses((status = 201, description = "It waits for its turn.", body = Job)),
    extensions(("x-problems" = json!(["no-job-rule", "no-repository", "job-under-way"]))),
)]
pub(super) async fn ask(
    State(platform): State<Shared>,
    May { user, .. }: May<ManageJobs>,
    asked: Asked,
    Named(account): Named<AccountId>,
    Json(new): Json<NewJob>,
) -> Result<(StatusCode, Answer<Job>), Refusal> {
    let account = access::account(&platform, &user, account).await?;
    let rules = platform.store.job_rules_in_force(account.group).await?;
    let every = rules.and_then(|row| row.rules.every_hours(new.kind));
    every.ok_or(Refusal::NoJobRule)?;
    let repository = platform.store.repository_of(account.id).await?;
    repository.ok_or(Refusal::NoRepository)?;
    let id = platform.entropy.draw(JobId::random);
    let act = asked
        .by(&user, Action::AskForJob)
        .account(account.id)
        .with("job", id)
        .with("kind", new.kind.name());
    let job = NewJobRow {
        id,
        account: account.id,
        kind: new.kind,
        asked_by: Some(user.name),
        queued_at: platform.now(),
    };
    platform.store.ask_for_job(&job, &act).await?;
    tracing::info!(account = %account.id, job = %id, kind = new.kind.name(), "job asked for");
    let row = platform.store.job(id).await?.ok_or(Refusal::NotFound)?;
    Ok((StatusCode::CREATED, Answer(view(&platform, row))))
}

/// One job.
#[utoipa::path(
    get,
    path = "/jobs/{id}",
    operation_id = "show_job",
    tag = "jobs",
    security(("session" = ["SeeAccounts"])),
    params(("id" = JobId, Path)),
    responses((status = 200, description = "The job.", body = Job)),
)]
pub(super) async fn show(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeAccounts>,
    Named(id): Named<JobId>,
) -> Result<Answer<Job>, Refusal> {
    let row = one(&platform, &user, id).await?;
    Ok(Answer(view(&platform, row)))
}

/// Cancels a job: at once while it waits, within seconds while it runs.
#[utoipa::path(
    post,
    path = "/jobs/{id}/cancellation",
    operation_id = "cancel_job",
    tag = "jobs",
    security(("session" = ["ManageJobs"])),
    params(("id" = JobId, Path)),
    request_body = Object,
    responses((status = 200, description = "It is cancelled, or is about to be.", body = Job)),
    extensions(("x-problems" = json!(["job-ended"]))),
)]
pub(super) async fn cancel(
    State(platform): State<Shared>,
    May { user, .. }: May<ManageJobs>,
    asked: Asked,
    Named(id): Named<JobId>,
    Json(_): Json<Value>,
) -> Result<Answer<Job>, Refusal> {
    let row = one(&platform, &user, id).await?;
    let act = asked
        .by(&user, Action::CancelJob)
        .with("job", id)
        .with("kind", row.job.kind.name());
    platform.store.cancel_job(id, platform.now(), &act).await?;
    tracing::info!(job = %id, user = user.name, "job cancelled");
    let row = one(&platform, &user, id).await?;
    Ok(Answer(view(&platform, row)))
}

async fn one(platform: &Platform, user: &User, id: JobId) -> Result<JobRow, Refusal> {
    let row = platform.store.job(id).await?.ok_or(Refusal::NotFound)?;
    access::scope(platform, user, row.group).await?;
    Ok(row)
}

/// A job that waits for nothing else waits for its key, if that is not in this AccountServer's memory.
fn view(platform: &Platform, row: JobRow) -> Job {
    let account = row.job.account;
    let holds = |key_id| platform.cache.holds(account, key_id);
    let mut job = row.job;
    if job.state == JobState::Waiting && !row.key_id.is_some_and(holds) {
        job.reason = Some(JobReason::NeedsBackup);
    }
    job
}
