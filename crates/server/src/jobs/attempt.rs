//! One attempt at a job: the lease is renewed while the tool works, and whatever ends the one ends the other.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use keyfold_api::jobs::{JobReason, JobRules, JobState};
use keyfold_api::repositories::BackupTool;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use super::pool::{MOST_ATTEMPTS, Pool};
use super::work::{Repository, Verdict, work};
use crate::store::{EndedJob, Lease, OpenJob};

/// A database that fails is told of the end so often, and a second later each time.
const TRIES: u64 = 10;

/// A job that this server has claimed.
pub(super) struct Claimed {
    pub(super) job: OpenJob,
    pub(super) rules: JobRules,
    pub(super) tool: BackupTool,
    pub(super) address: String,
}

/// Why the tool is told to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Cancelled,
    TimeLimit,
    ServerEnds,
    LeaseLost,
}

/// Does the job, and says how it ended.
pub(super) async fn attempt(pool: Arc<Pool>, claimed: Claimed) {
    let (stop, why) = (CancellationToken::new(), OnceLock::new());
    let Claimed { job, tool, .. } = &claimed;
    let repository = Repository {
        platform: &pool.platform,
        tools: &pool.settings.tools,
        job,
        tool: *tool,
        address: &claimed.address,
        stop: &stop,
    };
    let watching = async {
        // The first reason counts.
        let _ = why.set(watch(&pool, job).await);
        stop.cancel();
        std::future::pending::<()>().await;
    };
    let verdict = tokio::select! {
        verdict = work(&repository, &claimed.rules) => verdict,
        () = watching => return,
    };
    if why.get() == Some(&Stop::LeaseLost) {
        tracing::warn!(job = %job.id, "another AccountServer has this job now, or its account is gone");
        return;
    }
    let ended = ended(&pool, job, verdict, why.get().copied());
    tracing::info!(
        job = %job.id, account = %job.account, kind = job.kind.name(), state = ?ended.state, reason = ?ended.reason,
        "job ended"
    );
    tell(&pool, job, &ended).await;
    pool.platform
        .operation
        .metrics
        .job_ended(job.kind, ended.state);
}

/// Waits for something that ends the job before its tool does.
async fn watch(pool: &Pool, job: &OpenJob) -> Stop {
    let limit = Instant::now() + pool.settings.time_limit;
    let lifecycle = &pool.platform.operation.lifecycle;
    let renewing = async {
        let mut held = Instant::now();
        loop {
            sleep(pool.settings.pace.renew).await;
            let until = pool.platform.now() + pool.settings.pace.lease;
            let now = Instant::now();
            let renewed = pool.platform.store.renew_job(job.id, &pool.holder, until);
            match renewed.await {
                Ok(Lease::Held) => held = now,
                Ok(Lease::Cancelled) => return Stop::Cancelled,
                Ok(Lease::Lost) => return Stop::LeaseLost,
                Err(error) => {
                    tracing::warn!(job = %job.id, %error, "the lease of a job is not renewed yet");
                    if held.elapsed() + 2 * pool.settings.pace.renew > pool.settings.pace.lease {
                        return Stop::LeaseLost;
                    }
                }
            }
        }
    };
    let renewing = timeout_at(limit, renewing);
    tokio::select! {
        stop = renewing => stop.unwrap_or(Stop::TimeLimit),
        () = lifecycle.closed() => Stop::ServerEnds,
    }
}

fn ended(pool: &Pool, job: &OpenJob, verdict: Verdict, stop: Option<Stop>) -> EndedJob {
    let is_last = job.attempts + 1 >= MOST_ATTEMPTS;
    let (state, reason, words) = match (stop, verdict) {
        (Some(Stop::Cancelled), _) => (JobState::Cancelled, None, None),
        (Some(Stop::TimeLimit), _) => (JobState::Failed, Some(JobReason::TimeLimit), None),
        (Some(_), _) => (JobState::Waiting, Some(JobReason::ServerEnded), None),
        (None, Verdict::Done { words }) => (JobState::Done, None, words),
        (None, Verdict::Skipped(reason)) => (JobState::Skipped, Some(reason), None),
        (None, Verdict::Again(reason)) if is_last => (JobState::Failed, Some(reason), None),
        (None, Verdict::Again(reason)) => (JobState::Waiting, Some(reason), None),
        (None, Verdict::Failed { reason, words }) => (JobState::Failed, Some(reason), words),
    };
    let at = pool.platform.now();
    let pause = match reason {
        Some(JobReason::Locked) => pool.settings.pace.locked,
        _ => Duration::ZERO,
    };
    EndedJob {
        state,
        reason,
        words,
        at,
        not_before: at + pause,
    }
}

/// The end is told as long as the lease may hold.
async fn tell(pool: &Pool, job: &OpenJob, ended: &EndedJob) {
    for pause in 1..=TRIES {
        match pool.platform.store.end_job(job, &pool.holder, ended).await {
            Ok(true) => return,
            Ok(false) => {
                tracing::warn!(job = %job.id, "a job ended that another AccountServer has now");
                return;
            }
            Err(error) => {
                tracing::warn!(job = %job.id, %error, "the end of a job is not noted yet");
                sleep(Duration::from_secs(pause)).await;
            }
        }
    }
}
