//! Why keys left the cache, and how often.

use std::sync::atomic::{AtomicU64, Ordering};

use keyfold_core::id::{AccountId, KeyId};

/// Why a key was wiped from memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eviction {
    /// Seven days passed since the account's last backup with it.
    Expired,
    /// The account was deleted.
    AccountDeleted,
    /// The account has as many newer keys as it may.
    TooManyKeys,
    /// The memory for keys is full, and this one was backed up with longest ago.
    CacheFull,
    /// No backup completed with it.
    BackupFailed,
}

impl Eviction {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Expired,
        Self::AccountDeleted,
        Self::TooManyKeys,
        Self::CacheFull,
        Self::BackupFailed,
    ];

    /// The stable name, in logs and metrics.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::AccountDeleted => "account_deleted",
            Self::TooManyKeys => "too_many_keys",
            Self::CacheFull => "cache_full",
            Self::BackupFailed => "backup_failed",
        }
    }
}

/// A key that was wiped a moment ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Evicted {
    pub(super) account: AccountId,
    pub(super) key_id: KeyId,
    pub(super) why: Eviction,
}

/// How many keys were evicted since the start, by reason.
#[derive(Debug, Default)]
pub(super) struct Evictions([AtomicU64; Eviction::ALL.len()]);

impl Evictions {
    /// Counts and logs.
    pub(super) fn note(&self, evicted: &[Evicted]) {
        for Evicted {
            account,
            key_id,
            why,
        } in evicted
        {
            self.0[*why as usize].fetch_add(1, Ordering::Relaxed);
            tracing::info!(%account, %key_id, reason = why.word(), "key wiped from memory");
        }
    }

    /// How many for this reason.
    pub(super) fn count(&self, why: Eviction) -> u64 {
        self.0[why as usize].load(Ordering::Relaxed)
    }
}
