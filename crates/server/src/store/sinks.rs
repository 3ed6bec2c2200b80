//! How far the audit log was sent to whom.

use async_trait::async_trait;
use time::OffsetDateTime;

use super::StoreError;

/// A row for each sink of the audit log; one AccountServer at a time holds it and sends.
#[async_trait]
pub trait SinkStore: Send + Sync {
    /// Holds the sink until then, if nobody else does now; answers the number of the last entry that was sent.
    async fn hold_sink(
        &self,
        sink: &str,
        holder: &str,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<Option<i64>, StoreError>;
    /// Notes that the entries up to this number were sent, unless another one holds the sink now.
    async fn sent(&self, sink: &str, holder: &str, number: i64) -> Result<(), StoreError>;
}
