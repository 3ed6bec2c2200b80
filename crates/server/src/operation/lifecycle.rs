//! The way to the end: first it says that it is not ready, then it stops listening, then it waits for what is under way.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};
use tokio_util::task::TaskTracker;

/// How far it is on its way to the end. Clones are the same way.
#[derive(Clone, Default)]
pub(crate) struct Lifecycle {
    ending: CancellationToken,
    closing: CancellationToken,
    jobs: TaskTracker,
}

impl Lifecycle {
    /// Runs a job that is waited for at the end, though nobody asks for its answer any more.
    pub(crate) fn spawn<F>(&self, job: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        self.jobs.spawn(job)
    }

    /// Whether the end has begun, and nobody should send new questions.
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.is_cancelled()
    }

    /// When nothing new is listened to any more, and what lasts without an end of its own should stop.
    pub(crate) fn closed(&self) -> WaitForCancellationFuture<'_> {
        self.closing.cancelled()
    }

    /// Begins the end: not ready at once, closed after `delay`.
    pub(crate) async fn end(&self, delay: Duration) {
        self.ending.cancel();
        sleep(delay).await;
        self.closing.cancel();
    }

    /// Waits until every job is done, but no longer than `grace`; whether all were.
    pub(crate) async fn finish(&self, grace: Duration) -> bool {
        self.jobs.close();
        timeout(grace, self.jobs.wait()).await.is_ok()
    }
}
