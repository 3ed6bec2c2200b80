use async_trait::async_trait;
use sqlx::{query, query_scalar};
use time::OffsetDateTime;

use super::SqlStore;
use crate::store::{SinkStore, StoreError};

#[async_trait]
impl SinkStore for SqlStore {
    async fn hold_sink(
        &self,
        sink: &str,
        holder: &str,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<Option<i64>, StoreError> {
        let sent = query_scalar(
            "INSERT INTO audit_sinks (name, sent, holder, held_until) VALUES ($1, 0, $2, $3) ON CONFLICT (name) \
             DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until \
             WHERE audit_sinks.holder = excluded.holder OR audit_sinks.held_until <= $4 RETURNING sent",
        )
        .bind(sink)
        .bind(holder)
        .bind(until.unix_timestamp())
        .bind(now.unix_timestamp())
        .fetch_optional(&self.pool)
        .await?;
        Ok(sent)
    }

    async fn sent(&self, sink: &str, holder: &str, number: i64) -> Result<(), StoreError> {
        query("UPDATE audit_sinks SET sent = $3 WHERE name = $1 AND holder = $2 AND sent < $3")
            .bind(sink)
            .bind(holder)
            .bind(number)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
