//! Storing captured keys.

use std::collections::HashSet;

use async_trait::async_trait;
use keyfold_api::captured_keys::CapturedKeyId;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use time::OffsetDateTime;

use super::StoreError;
use crate::cache::LifeId;

/// A key, captured a moment ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureRow {
    /// Its number.
    pub id: CapturedKeyId,
    /// Whose.
    pub account: AccountId,
    /// Which of the account's keys.
    pub key_id: KeyId,
    /// To which certificate.
    pub certificate: Fingerprint,
    /// The key's stay in the cache.
    pub life: LifeId,
    /// When.
    pub captured_at: OffsetDateTime,
    /// CMS, DER.
    pub content: Vec<u8>,
}

/// What was captured, one row for each account, key id, certificate and stay in the cache. Of one key id and
/// certificate the oldest and the newest row are kept; a new one removes those between.
#[async_trait]
pub trait CapturingStore: Send + Sync {
    /// Stores captured keys; answers how many of them are new. One of an account that is gone is left out.
    async fn insert_captured(&self, captured: &[CaptureRow]) -> Result<u32, StoreError>;
    /// With so many transactions at a time that store captured keys, the most of them are stored.
    fn storing_at_a_time(&self) -> usize;
    /// The accounts in this scope and everything below it.
    async fn accounts_covered(&self, top: ScopeGuid) -> Result<HashSet<AccountId>, StoreError>;
    /// The stays in the cache of which a key was captured to this certificate.
    async fn lives_captured_to(
        &self,
        certificate: Fingerprint,
    ) -> Result<HashSet<LifeId>, StoreError>;
    /// Certificates to which this key was captured during this stay in the cache.
    async fn certificates_holding(
        &self,
        account: AccountId,
        key_id: KeyId,
        life: LifeId,
    ) -> Result<Vec<Fingerprint>, StoreError>;
}
