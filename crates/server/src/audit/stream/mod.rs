//! The audit log as it goes to whoever watches: a task for each sink, which follows the log from where it was.
//!
//! Entries go out in their order, each at least once. A sink that is down holds nobody up: its task waits and tries again,
//! and the log keeps what it has not sent. Of several AccountServers on one database, the one that holds the sink's row
//! sends.

mod syslog;
mod webhook;

use std::time::Duration;

use async_trait::async_trait;
use tokio::time::sleep;

use crate::operation::Labelled;
use crate::state::Shared;
use crate::store::{AuditRow, StoreError};

pub use syslog::Syslog;
pub use webhook::{Webhook, WebhookError};

/// So many entries go out at a time.
const BATCH: u32 = 100;
/// How often the log is looked at.
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
    #[error(
        "the receiver of the audit log is not reached: {0}; look at its address, and whether it runs"
    )]
    Connection(#[from] std::io::Error),
    /// It took too long.
    #[error("the receiver of the audit log takes too long; look at its load")]
    Patience,
    /// It closed the connection.
    #[error("the receiver of the audit log closed the connection; look at its log")]
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

/// Where entries go.
#[async_trait]
pub trait Sink: Send {
    /// Its row's name: what was sent there stays sent when its address changes.
    fn name(&self) -> &'static str;
    /// At the start and after a failure, so many entries that seemed to be sent are sent again.
    fn again(&self) -> i64;
    /// Sends them, in this order.
    async fn send(&mut self, entries: &[AuditRow]) -> Result<(), SinkError>;
}

/// Sends the log to a sink for as long as the process lives.
pub async fn follow(platform: Shared, mut sink: Box<dyn Sink>) {
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
                metrics.audit_sent.get_or_create(&of).set(last);
                (pause, again) = (FIRST_PAUSE, 0);
            }
            Ok(Step::Nothing) => sleep(POLL).await,
            Err(error) => {
                tracing::warn!(sink = sink.name(), %error, ?pause, "the audit log waits");
                metrics.audit_failures.get_or_create(&of).inc();
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

/// What this task holds: until when, and how far the log was sent.
#[derive(Clone, Copy)]
struct Held {
    until: time::OffsetDateTime,
    sent: i64,
}

async fn step(
    platform: &Shared,
    sink: &mut dyn Sink,
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
    let rows = platform.store.audit_after(after, None, BATCH).await?;
    let Some(last) = rows.last() else {
        return Ok(Step::Nothing);
    };
    let sent = tokio::time::timeout(PATIENCE, sink.send(&rows)).await;
    sent.map_err(|_| SinkError::Patience)??;
    platform
        .store
        .sent(sink.name(), holder, last.number)
        .await?;
    held.sent = last.number;
    Ok(Step::Sent(last.number))
}
