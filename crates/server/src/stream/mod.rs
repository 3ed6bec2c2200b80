//! The audit log and alerts as they go to whoever watches: a task for each sink, which follows them from where it was.
//!
//! Entries go out in their order, each at least once. A sink that is down holds nobody up: its task waits and tries again,
//! and the database keeps what it has not sent. Of several AccountServers on one database, the one that holds the sink's
//! row sends.

mod syslog;
mod webhook;

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::sleep;

use crate::operation::Labelled;
use crate::state::{Platform, Shared};
use crate::store::{AuditRow, StoreError};

pub use syslog::Syslog;
pub(crate) use webhook::is_here;
pub use webhook::{Webhook, WebhookError};

/// So many entries go out at a time.
pub(crate) const BATCH: u32 = 100;
/// How often the database is asked for more.
const POLL: Duration = Duration::from_millis(500);
/// The first pause after a failure; it doubles up to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LAST_PAUSE: Duration = Duration::from_mins(1);
/// A sink is held so long, and held anew when half of that is over.
const HOLD: time::Duration = time::Duration::seconds(60);
/// Nothing that a sink does takes longer, so that it never sends when it is held no more.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why entries were not sent.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// The receiver is not reached, or was lost.
    #[error("the receiver is not reached: {0}; look at its address, and whether it runs")]
    Connection(#[from] std::io::Error),
    /// It took too long.
    #[error("the receiver takes too long; look at its load")]
    Patience,
    /// It closed the connection.
    #[error("the receiver closed the connection; look at its log")]
    Closed,
    /// The HTTP exchange failed.
    #[error("the webhook is not reached: {0}; look at its address, and whether it runs")]
    Http(#[from] reqwest::Error),
    /// It answered, but not that it took them.
    #[error("the webhook answered {0}; look at its log")]
    Status(u16),
    /// The database failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// What goes out, in the order of its numbers.
#[async_trait]
pub trait Entry: Sized + Send + Sync + 'static {
    /// Its number.
    fn number(&self) -> i64;
    /// As a line of JSON.
    fn line(&self) -> Result<String, StoreError>;
    /// Those after this number, in their order, `BATCH` at most.
    async fn after(platform: &Platform, number: i64) -> Result<Vec<Self>, StoreError>;
}

#[async_trait]
impl Entry for AuditRow {
    fn number(&self) -> i64 {
        self.number
    }

    fn line(&self) -> Result<String, StoreError> {
        self.exported()
    }

    async fn after(platform: &Platform, number: i64) -> Result<Vec<Self>, StoreError> {
        platform.store.audit_after(number, None, BATCH).await
    }
}

/// Where entries go.
#[async_trait]
pub trait Sink<E: Entry>: Send {
    /// Its row's name: what was sent there stays sent when its address changes.
    fn name(&self) -> &'static str;
    /// At the start and after a failure, so many entries that seemed to be sent are sent again.
    fn again(&self) -> i64;
    /// Sends them, in this order.
    async fn send(&mut self, entries: &[E]) -> Result<(), SinkError>;
}

/// Sends entries to a sink for as long as the process lives.
pub async fn follow<E: Entry>(platform: Shared, mut sink: Box<dyn Sink<E>>) {
    let holder = platform.entropy.token().to_string();
    let mut held = None;
    let mut pause = FIRST_PAUSE;
    // Who sent before may have fallen with entries under way.
    let mut again = sink.again();
    loop {
        let of = Labelled { of: sink.name() };
        let metrics = &platform.operation.metrics;
        match step(&platform, sink.as_mut(), &holder, &mut held, again).await {
            Ok(Step::Sent(last)) => {
                metrics.sent.get_or_create(&of).set(last);
                (pause, again) = (FIRST_PAUSE, 0);
            }
            Ok(Step::Nothing) => sleep(POLL).await,
            Err(error) => {
                tracing::warn!(sink = sink.name(), %error, ?pause, "what this sink has not got waits");
                metrics.sending_failures.get_or_create(&of).inc();
                again = sink.again();
                sleep(pause).await;
                pause = (pause * 2).min(LAST_PAUSE);
            }
        }
    }
}

enum Step {
    /// Up to this entry.
    Sent(i64),
    Nothing,
}

/// What this task holds: until when, and how far it was sent.
#[derive(Clone, Copy)]
struct Held {
    until: time::OffsetDateTime,
    sent: i64,
}

async fn step<E: Entry>(
    platform: &Shared,
    sink: &mut dyn Sink<E>,
    holder: &str,
    held: &mut Option<Held>,
    again: i64,
) -> Result<Step, SinkError> {
    let now = platform.now();
    if held.is_none_or(|held| held.until - now < HOLD / 2) {
        let until = now + HOLD;
        let sent = platform.store.hold_sink(sink.name(), holder, now, until);
        // What is being sent again lies before what is noted.
        *held = sent.await?.map(|sent| Held {
            until,
            sent: held.map_or(sent, |held| held.sent.min(sent)),
        });
    }
    let Some(held) = held else {
        return Ok(Step::Nothing);
    };
    let after = held.sent.saturating_sub(again).max(0);
    let entries = E::after(platform, after).await?;
    let Some(last) = entries.last().map(Entry::number) else {
        return Ok(Step::Nothing);
    };
    let sent = tokio::time::timeout(PATIENCE, sink.send(&entries)).await;
    sent.map_err(|_| SinkError::Patience)??;
    platform.store.sent(sink.name(), holder, last).await?;
    held.sent = last;
    Ok(Step::Sent(last))
}
