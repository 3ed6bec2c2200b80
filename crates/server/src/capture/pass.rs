//! Capturing many keys: threads of low priority encrypt, tasks store.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use keyfold_api::certificates::CaptureState;
use keyfold_core::captured_key::CaptureRecipient;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::{AccountId, KeyId};
use tokio::sync::mpsc;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::sleep;

use super::{Job, one};
use crate::operation::ON_UPLOAD;
use crate::refusal::Refusal;
use crate::state::{Platform, Shared};
use crate::store::{CaptureRow, StoreError};

/// A thread takes so many keys at a time.
const PART: usize = 32;
/// So many captured keys are stored in one transaction: of an index of random numbers each transaction writes most pages
/// again, while nobody else waits for longer than some tens of milliseconds.
const BATCH: usize = 1024;
/// So many parts may wait to be stored.
const WAITING: usize = 2 * BATCH / PART;
/// A database that fails is asked so often, and a second later each time.
const TRIES: u64 = 5;
/// Threads give way to those that answer Agents.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Keys that were looked at: those that were still in memory are captured.
#[derive(Default)]
struct Part {
    looked_at: usize,
    rows: Vec<CaptureRow>,
}

/// The whole job. A failure is logged here, and shows in the progress.
pub(super) async fn until_nothing_is_missing(
    platform: Shared,
    certificate: Arc<GroupCertificate>,
    job: Arc<Job>,
) {
    let fingerprint = certificate.fingerprint();
    loop {
        let state = match passes(&platform, &certificate, &job).await {
            Ok(()) => CaptureState::Done,
            Err(error) => {
                tracing::error!(certificate = %fingerprint, %error, "capturing what is in memory failed");
                CaptureState::Failed
            }
        };
        if platform.captures.end(&job, state) {
            break;
        }
    }
    let progress = job.progress();
    tracing::info!(
        certificate = %fingerprint, keys = progress.total, captured = progress.captured, state = ?progress.state,
        "captured what is in memory"
    );
}

/// Captures what is in memory, then what came meanwhile, until that is little. Whatever comes later is captured after
/// its own backup: the certificate is active.
async fn passes(
    platform: &Shared,
    certificate: &Arc<GroupCertificate>,
    job: &Arc<Job>,
) -> Result<(), Refusal> {
    let mut since = 0;
    loop {
        let is_first = since == 0;
        let came = platform.cache.came();
        let missing = missing(platform, certificate, since).await?;
        let found = missing.len();
        job.change(|progress| progress.total += count(found));
        capture(platform, certificate, missing, job).await?;
        if came == 0 || (!is_first && found <= BATCH) {
            return Ok(());
        }
        since = came;
    }
}

/// Keys that came since, that the certificate covers, and that were not captured to it during their stay in memory.
async fn missing(
    platform: &Shared,
    certificate: &GroupCertificate,
    since: u64,
) -> Result<Vec<(AccountId, KeyId)>, Refusal> {
    let cache = Arc::clone(platform);
    let ids = spawn_blocking(move || cache.cache.ids_since(since))
        .await
        .map_err(|_| Refusal::Internal("looking for keys panicked"))?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let covered = platform.store.accounts_covered(certificate.scope()).await?;
    let captured = platform
        .store
        .lives_captured_to(certificate.fingerprint())
        .await?;
    let missing = ids
        .into_iter()
        .filter(|(account, _, life)| covered.contains(account) && !captured.contains(life));
    Ok(missing
        .map(|(account, key_id, _)| (account, key_id))
        .collect())
}

async fn capture(
    platform: &Shared,
    certificate: &GroupCertificate,
    keys: Vec<(AccountId, KeyId)>,
    job: &Arc<Job>,
) -> Result<(), Refusal> {
    if keys.is_empty() {
        return Ok(());
    }
    platform
        .trust
        .check(certificate, certificate.scope(), platform.now())?;
    let recipient = Arc::new(CaptureRecipient::new(certificate)?);
    let mut parts = encrypt(platform, &recipient, keys)?;
    let mut storing = Storing::new(platform, job);
    let mut waiting = Part::default();
    while let Some(part) = parts.recv().await {
        let part = part?;
        waiting.looked_at += part.looked_at;
        waiting.rows.extend(part.rows);
        if waiting.rows.len() >= BATCH {
            storing.begin(mem::take(&mut waiting)).await?;
        }
    }
    storing.begin(waiting).await?;
    storing.end().await
}

/// Transactions that store captured keys, as many at a time as the database gains from.
struct Storing {
    platform: Shared,
    job: Arc<Job>,
    tasks: JoinSet<Result<(), StoreError>>,
}

impl Storing {
    fn new(platform: &Shared, job: &Arc<Job>) -> Self {
        Self {
            platform: Arc::clone(platform),
            job: Arc::clone(job),
            tasks: JoinSet::new(),
        }
    }

    async fn begin(&mut self, part: Part) -> Result<(), Refusal> {
        while self.tasks.len() >= self.platform.store.storing_at_a_time() {
            self.one_ended().await?;
        }
        let (platform, job) = (Arc::clone(&self.platform), Arc::clone(&self.job));
        self.tasks
            .spawn(async move { store(&platform, &part, &job).await });
        Ok(())
    }

    async fn end(mut self) -> Result<(), Refusal> {
        while !self.tasks.is_empty() {
            self.one_ended().await?;
        }
        Ok(())
    }

    async fn one_ended(&mut self) -> Result<(), Refusal> {
        match self.tasks.join_next().await {
            None => Ok(()),
            Some(Ok(stored)) => Ok(stored?),
            Some(Err(_)) => Err(Refusal::Internal("storing captured keys panicked")),
        }
    }
}

/// Starts a thread for each core.
fn encrypt(
    platform: &Shared,
    to: &Arc<CaptureRecipient>,
    keys: Vec<(AccountId, KeyId)>,
) -> Result<mpsc::Receiver<Result<Part, Refusal>>, Refusal> {
    let (parts, received) = mpsc::channel(WAITING);
    let (keys, next) = (Arc::new(keys), Arc::new(AtomicUsize::new(0)));
    let cores = thread::available_parallelism().map_or(1, usize::from);
    for _ in 0..cores.min(keys.len().div_ceil(PART)) {
        let (platform, to, keys, next, parts) = (
            Arc::clone(platform),
            Arc::clone(to),
            Arc::clone(&keys),
            Arc::clone(&next),
            parts.clone(),
        );
        let work = move || {
            give_way();
            while let Some(keys) = part(&keys, &next) {
                // Nobody receives any more after a failure.
                if parts.blocking_send(one_part(&platform, &to, keys)).is_err() {
                    return;
                }
            }
        };
        let started = thread::Builder::new()
            .name("capture".to_owned())
            .spawn(work);
        started.map_err(|_| Refusal::Internal("no thread for capturing"))?;
    }
    Ok(received)
}

fn part<'a, T>(keys: &'a [T], next: &AtomicUsize) -> Option<&'a [T]> {
    let start = next.fetch_add(PART, Ordering::Relaxed);
    let end = (start + PART).min(keys.len());
    keys.get(start..end).filter(|part| !part.is_empty())
}

fn one_part(
    platform: &Platform,
    to: &CaptureRecipient,
    keys: &[(AccountId, KeyId)],
) -> Result<Part, Refusal> {
    let now = platform.now();
    let rows = keys
        .iter()
        .map(|(account, key_id)| one(platform, to, *account, *key_id, now));
    Ok(Part {
        looked_at: keys.len(),
        rows: rows
            .filter_map(Result::transpose)
            .collect::<Result<_, _>>()?,
    })
}

async fn store(platform: &Platform, part: &Part, job: &Job) -> Result<(), StoreError> {
    let new = insert(platform, &part.rows).await?;
    let metrics = &platform.operation.metrics;
    metrics.captured(ON_UPLOAD, new);
    job.change(|progress| {
        progress.done += count(part.looked_at);
        progress.captured += new;
    });
    Ok(())
}

/// A database that is away for a moment, or an account that is deleted at the same moment, loses no captured key.
async fn insert(platform: &Platform, rows: &[CaptureRow]) -> Result<u32, StoreError> {
    let mut tries = 0;
    loop {
        match platform.store.insert_captured(rows).await {
            Err(error) if tries < TRIES => {
                tries += 1;
                tracing::warn!(%error, tries, "captured keys are not stored yet");
                sleep(Duration::from_secs(tries)).await;
            }
            stored => return stored,
        }
    }
}

/// Lowers this thread's priority. Where that is not possible, capturing takes its full share.
fn give_way() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
}

fn count(keys: usize) -> u32 {
    u32::try_from(keys).unwrap_or(u32::MAX)
}
