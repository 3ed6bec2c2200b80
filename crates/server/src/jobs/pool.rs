//! The workers: they take up jobs whose key this server has in memory, so many at a time.

use std::sync::Arc;
use std::time::Duration;

use keyfold_api::jobs::{JobReason, JobState};
use time::OffsetDateTime;
use tokio::sync::{Notify, Semaphore};
use tokio::time::{MissedTickBehavior, interval};

use super::attempt::{Claimed, attempt};
use super::repositories::AllowedRepository;
use super::schedule;
use super::tool::Toolbox;
use crate::cache::LIFE;
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::store::{EndedJob, Holder, Notice, Notices, OpenJob, StoreError};

/// A job is begun so often.
pub(super) const MOST_ATTEMPTS: u32 = 5;
/// So many jobs of the queue are read at a time.
const PART: u16 = 500;

/// How the pool works.
pub(crate) struct PoolSettings {
    /// Which repositories.
    pub(crate) repositories: Vec<AllowedRepository>,
    /// What tools are run with.
    pub(crate) tools: Toolbox,
    /// So many jobs at a time.
    pub(crate) workers: usize,
    /// A job may take so long.
    pub(crate) time_limit: Duration,
    /// This server's name for people.
    pub(crate) server: String,
    /// How often it looks.
    pub(crate) pace: Pace,
}

/// How often things are done.
pub(crate) struct Pace {
    /// The queue is looked at.
    pub(crate) look: Duration,
    /// Jobs that are due are added.
    pub(crate) schedule: Duration,
    /// A lease is renewed, and a cancellation noticed.
    pub(crate) renew: Duration,
    /// A lease holds.
    pub(crate) lease: Duration,
    /// A repository that somebody else works in is left alone.
    pub(crate) locked: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            look: Duration::from_secs(5),
            schedule: Duration::from_mins(1),
            renew: Duration::from_secs(5),
            lease: Duration::from_mins(1),
            locked: Duration::from_mins(10),
        }
    }
}

/// Workers, and what they work with.
pub(crate) struct Pool {
    pub(super) platform: Shared,
    pub(super) settings: PoolSettings,
    pub(super) holder: Holder,
    free: Arc<Semaphore>,
    changed: Notify,
}

impl Pool {
    /// Starts it; it ends with the server.
    pub(crate) async fn start(platform: &Shared, settings: PoolSettings) -> Result<(), StoreError> {
        let notices = platform.store.notices().await?;
        let pool = Arc::new(Self {
            platform: Arc::clone(platform),
            holder: Holder {
                process: platform.entropy.token().to_string(),
                server: settings.server.clone(),
            },
            free: Arc::new(Semaphore::new(settings.workers)),
            changed: Notify::new(),
            settings,
        });
        tokio::spawn(hear(Arc::clone(&pool), notices));
        tokio::spawn(Arc::clone(&pool).plan());
        tokio::spawn(pool.take_up());
        Ok(())
    }

    async fn plan(self: Arc<Self>) {
        // What nobody would do is not planned.
        if self.settings.repositories.is_empty() {
            return;
        }
        let mut ticks = interval(self.settings.pace.schedule);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = schedule::add_due(&self.platform).await {
                tracing::error!(%error, "jobs that are due were not added");
            }
            self.changed.notify_one();
        }
    }

    async fn take_up(self: Arc<Self>) {
        let lifecycle = self.platform.operation.lifecycle.clone();
        let mut ticks = interval(self.settings.pace.look);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = lifecycle.closed() => return,
                _ = ticks.tick() => {}
                () = self.changed.notified() => {}
            }
            if let Err(error) = self.look().await {
                tracing::error!(%error, "the queue of jobs was not looked through");
            }
        }
    }

    /// Goes through the queue once, while there are free workers.
    async fn look(self: &Arc<Self>) -> Result<(), Refusal> {
        let (store, now) = (&self.platform.store, self.platform.now());
        let mut after = 0;
        loop {
            let jobs = store.open_jobs(after, now, PART).await?;
            let Some(last) = jobs.last().map(|job| job.seq) else {
                return Ok(());
            };
            for job in jobs {
                self.consider(job, now).await?;
            }
            after = last;
        }
    }

    async fn consider(self: &Arc<Self>, job: OpenJob, now: OffsetDateTime) -> Result<(), Refusal> {
        if job.last_backup_at.is_none_or(|at| at + LIFE <= now) {
            return self.skip(&job, JobReason::SevenDaysOver).await;
        }
        if job.attempts >= MOST_ATTEMPTS {
            return self.give_up(&job).await;
        }
        let holds = |key_id| self.platform.cache.holds(job.account, key_id);
        if self.free.available_permits() == 0 || !job.key_id.is_some_and(holds) {
            return Ok(());
        }
        let Some(repository) = &job.repository else {
            return self.skip(&job, JobReason::NoRepository).await;
        };
        let mut allowed = self.settings.repositories.iter();
        let Some(address) = allowed.find_map(|allowed| allowed.admits(repository)) else {
            return self.skip(&job, JobReason::RepositoryNotAllowed).await;
        };
        let rules = self.platform.store.job_rules_in_force(job.group).await?;
        let rules = rules.map(|row| row.rules);
        let Some(rules) = rules.filter(|rules| rules.every_hours(job.kind).is_some()) else {
            return self.skip(&job, JobReason::NoRule).await;
        };
        let tool = repository.tool;
        self.begin(
            Claimed {
                job,
                rules,
                tool,
                address,
            },
            now,
        )
        .await
    }

    async fn begin(self: &Arc<Self>, claimed: Claimed, now: OffsetDateTime) -> Result<(), Refusal> {
        let Ok(worker) = Arc::clone(&self.free).try_acquire_owned() else {
            return Ok(());
        };
        let (job, until) = (&claimed.job, now + self.settings.pace.lease);
        let claimed_now = self
            .platform
            .store
            .claim_job(job, claimed.tool, &self.holder, now, until)
            .await?;
        if !claimed_now {
            return Ok(());
        }
        tracing::info!(
            job = %job.id, account = %job.account, kind = job.kind.name(), attempt = job.attempts + 1, "job began"
        );
        let pool = Arc::clone(self);
        self.platform.operation.lifecycle.spawn(async move {
            let metrics = Arc::clone(&pool.platform.operation.metrics);
            metrics.jobs_running.inc();
            attempt(Arc::clone(&pool), claimed).await;
            metrics.jobs_running.dec();
            drop(worker);
            pool.changed.notify_one();
        });
        Ok(())
    }

    async fn skip(&self, job: &OpenJob, reason: JobReason) -> Result<(), Refusal> {
        self.end(job, JobState::Skipped, reason).await
    }

    /// Whoever takes it up ends before it does.
    async fn give_up(&self, job: &OpenJob) -> Result<(), Refusal> {
        self.end(job, JobState::Failed, JobReason::GivenUp).await
    }

    async fn end(&self, job: &OpenJob, state: JobState, reason: JobReason) -> Result<(), Refusal> {
        let at = self.platform.now();
        let ended = EndedJob {
            state,
            reason: Some(reason),
            words: None,
            at,
            not_before: at,
        };
        if self.platform.store.skip_job(job, &ended).await? {
            tracing::info!(job = %job.id, account = %job.account, ?state, ?reason, "job ended before it began");
            self.platform.operation.metrics.job_ended(job.kind, state);
        }
        Ok(())
    }
}

/// Jobs that are asked for are taken up at once.
async fn hear(pool: Arc<Pool>, mut notices: Notices) {
    while let Some(told) = notices.next().await {
        if matches!(
            told.notice,
            Notice::AccountChanged { .. } | Notice::KeysCaptured { .. } | Notice::Resumed
        ) {
            pool.changed.notify_one();
        }
    }
}
