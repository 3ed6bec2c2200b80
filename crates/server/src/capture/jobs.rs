//! Which captures run, and how far they have come.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyfold_api::certificates::{CaptureProgress, CaptureState};
use keyfold_core::fingerprint::Fingerprint;
use tokio::sync::watch;

/// The captures of this process, by certificate; each certificate's last one.
#[derive(Default)]
pub struct Jobs(Mutex<HashMap<Fingerprint, Arc<Job>>>);

/// One capture of all keys that a certificate covers.
pub struct Job {
    progress: watch::Sender<CaptureProgress>,
    /// Somebody asked for it again while it ran.
    again: AtomicBool,
}

impl Jobs {
    /// The certificate's last capture in this process.
    #[must_use]
    pub fn of(&self, certificate: Fingerprint) -> Option<Arc<Job>> {
        self.lock().get(&certificate).cloned()
    }

    /// How many are in this state.
    #[must_use]
    pub fn count(&self, state: CaptureState) -> usize {
        let jobs = self.lock();
        jobs.values()
            .filter(|job| job.progress.borrow().state == state)
            .count()
    }

    /// The job that runs for the certificate, which will look once more; or a new one, and `true`.
    pub(super) fn begin(&self, certificate: Fingerprint) -> (Arc<Job>, bool) {
        let mut jobs = self.lock();
        if let Some(job) = jobs.get(&certificate)
            && job.progress().state == CaptureState::Running
        {
            job.again.store(true, Ordering::Relaxed);
            return (Arc::clone(job), false);
        }
        let job = Arc::new(Job {
            progress: watch::Sender::new(CaptureProgress {
                state: CaptureState::Running,
                ..CaptureProgress::default()
            }),
            again: AtomicBool::new(false),
        });
        jobs.insert(certificate, Arc::clone(&job));
        (job, true)
    }

    /// Ends the job, unless somebody asked for it again meanwhile.
    pub(super) fn end(&self, job: &Job, state: CaptureState) -> bool {
        // Under this lock nobody asks.
        let _jobs = self.lock();
        let ends = !job.again.swap(false, Ordering::Relaxed) || state == CaptureState::Failed;
        if ends {
            job.change(|progress| progress.state = state);
        }
        ends
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Fingerprint, Arc<Job>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> CaptureProgress {
        self.progress.borrow().clone()
    }

    /// Waits for its end; answers what it did.
    pub async fn ended(&self) -> CaptureProgress {
        let mut progress = self.progress.subscribe();
        let ended = progress
            .wait_for(|progress| progress.state != CaptureState::Running)
            .await;
        ended.map_or_else(|_| self.progress(), |progress| progress.clone())
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut CaptureProgress)) {
        self.progress.send_modify(change);
    }
}
