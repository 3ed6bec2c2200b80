//! Idempotency keys and the answers to the requests that carried them.

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{Claim, StoreError};

/// What is known of an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Of the request that carried it first.
    pub fingerprint: Vec<u8>,
    /// The sealed answer; none when the change was made and its answer was not kept (yet).
    pub answer: Option<Vec<u8>>,
}

/// Idempotency keys, each claimed together with the first change of its request ([`Claim::over`]).
#[async_trait]
pub trait IdempotencyStore: Send + Sync {
    /// What is known of this key.
    async fn kept_answer(&self, id: &[u8; 32]) -> Result<Option<KeptAnswer>, StoreError>;
    /// Keeps the sealed answer of a claim, if it was made and has none.
    async fn keep_answer(&self, claim: &Claim, answer: &[u8]) -> Result<(), StoreError>;
    /// Forgets expired keys; answers how many.
    async fn forget_answers(&self, now: OffsetDateTime) -> Result<u64, StoreError>;
}
