//! Adds jobs that are due: an account has had no job of a kind for as long as the rules in force say.

use keyfold_api::jobs::{JobId, JobKind};
use time::Duration;

use crate::state::Platform;
use crate::store::{Due, JobRulesRow, NewJobRow, StoreError};

/// So many of one kind and one scope's rules are added at a time.
const BATCH: u16 = 500;
/// Jobs are remembered for so long after their end.
const REMEMBERED: Duration = Duration::days(400);

/// Adds what is due, and forgets what ended long ago.
pub(super) async fn add_due(platform: &Platform) -> Result<(), StoreError> {
    let now = platform.now();
    for row in platform.store.all_job_rules().await? {
        for kind in JobKind::ALL {
            add(platform, &row, kind).await?;
        }
    }
    platform.store.forget_jobs(now - REMEMBERED).await?;
    Ok(())
}

async fn add(platform: &Platform, row: &JobRulesRow, kind: JobKind) -> Result<(), StoreError> {
    let Some(hours) = row.rules.every_hours(kind) else {
        return Ok(());
    };
    let now = platform.now();
    let due = Due {
        scope: row.scope,
        kind,
        every: Duration::hours(hours.into()),
        now,
    };
    let accounts = platform.store.jobs_due(due, BATCH).await?;
    if accounts.is_empty() {
        return Ok(());
    }
    let job = |account| NewJobRow {
        id: platform.entropy.draw(JobId::random),
        account,
        kind,
        asked_by: None,
        queued_at: now,
    };
    let jobs: Vec<NewJobRow> = accounts.into_iter().map(job).collect();
    let added = platform.store.insert_due_jobs(&jobs).await?;
    tracing::info!(scope = %row.scope, kind = kind.name(), added, "jobs are due");
    Ok(())
}
