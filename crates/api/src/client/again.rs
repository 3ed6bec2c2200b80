//! When a question is asked again by itself, and how long that goes on.

use std::future::Future;
use std::time::Duration;

use tokio::time::sleep;

use super::error::ClientError;

/// Waits before each further attempt once a connection was lost.
const LOST: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_millis(600),
    Duration::from_millis(1800),
    Duration::from_secs(4),
];
/// The AccountServer answers the first attempt still: it is asked so many times, once a second.
const BUSY: u32 = 110;
const BUSY_WAIT: Duration = Duration::from_secs(1);

/// A question without an answer.
pub(super) struct Failure {
    /// What the caller is told in the end.
    pub(super) error: ClientError,
    /// What it means for asking again.
    pub(super) kind: Kind,
}

/// What a failure means for asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The connection broke off; the question may have been answered.
    Lost,
    /// There was no connection: nothing was asked.
    Unconnected,
    /// The first attempt is still being answered.
    Busy,
    /// An answer, or no use in asking again.
    Final,
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let kind = match error.problem_code() {
            Some("idempotency-key-in-use") => Kind::Busy,
            _ => Kind::Final,
        };
        Self { error, kind }
    }
}

/// Asks until there is an answer, within bounds. Every attempt must have the same idempotency key.
///
/// An AccountServer that cannot be reached from the start is not waited for; one that could be reached a moment ago is.
pub(super) async fn asked<A, F>(ask: impl Fn() -> F) -> Result<A, ClientError>
where
    F: Future<Output = Result<A, Failure>>,
{
    let (mut lost, mut busy, mut was_lost) = (LOST.into_iter(), 0..BUSY, false);
    loop {
        let failure = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(failure) => failure,
        };
        was_lost |= failure.kind == Kind::Lost;
        let wait = match failure.kind {
            Kind::Lost => lost.next(),
            Kind::Unconnected if was_lost => lost.next(),
            Kind::Busy => busy.next().map(|_| BUSY_WAIT),
            Kind::Unconnected | Kind::Final => None,
        };
        let Some(wait) = wait else {
            return Err(failure.error);
        };
        sleep(wait).await;
    }
}
