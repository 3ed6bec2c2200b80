use async_trait::async_trait;
use sqlx::{AnyConnection, Row as _, query, query_scalar};
use time::OffsetDateTime;

use super::SqlStore;
use crate::store::{Claim, Conflict, IdempotencyStore, KeptAnswer, StoreError};

#[async_trait]
impl IdempotencyStore for SqlStore {
    async fn kept_answer(&self, id: &[u8; 32]) -> Result<Option<KeptAnswer>, StoreError> {
        let row = query("SELECT fingerprint, answer FROM idempotency_keys WHERE id = $1")
            .bind(&id[..])
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| {
            Ok(KeptAnswer {
                fingerprint: row.try_get("fingerprint")?,
                answer: row.try_get("answer")?,
            })
        })
        .transpose()
    }

    async fn keep_answer(&self, claim: &Claim, answer: &[u8]) -> Result<(), StoreError> {
        query(
            "UPDATE idempotency_keys SET answer = $3 WHERE id = $1 AND fingerprint = $2 AND answer IS NULL",
        )
        .bind(&claim.id[..])
        .bind(&claim.fingerprint[..])
        .bind(answer)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn forget_answers(&self, now: OffsetDateTime) -> Result<u64, StoreError> {
        let forgotten = query("DELETE FROM idempotency_keys WHERE expires_at <= $1")
            .bind(now.unix_timestamp())
            .execute(&self.pool)
            .await?;
        Ok(forgotten.rows_affected())
    }
}

/// Makes the claim in the transaction of the change, or finds that another attempt came first. Several attempts at a time
/// wait here for the first one to commit.
pub(super) async fn make(connection: &mut AnyConnection, claim: &Claim) -> Result<(), StoreError> {
    let made = query(
        "INSERT INTO idempotency_keys (id, fingerprint, attempt, expires_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(&claim.id[..])
    .bind(&claim.fingerprint[..])
    .bind(&claim.attempt[..])
    .bind(claim.expires_at.unix_timestamp())
    .execute(&mut *connection)
    .await?;
    if made.rows_affected() > 0 {
        return Ok(());
    }
    let first: Option<Vec<u8>> = query_scalar("SELECT attempt FROM idempotency_keys WHERE id = $1")
        .bind(&claim.id[..])
        .fetch_optional(connection)
        .await?;
    if first.is_some_and(|first| first == claim.attempt) {
        return Ok(());
    }
    claim.lose();
    Err(Conflict::Repeated.into())
}
