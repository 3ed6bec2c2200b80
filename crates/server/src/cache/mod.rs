//! The key cache: encryption keys that Agents presented, in locked memory, at most seven days after the account's
//! last backup. Never on disk; gone when the process ends.

mod arena;
mod entries;
mod eviction;
mod memory;
mod packing;
#[cfg(unix)]
mod region;
#[cfg(not(unix))]
#[path = "region_missing.rs"]
mod region;
mod rooms;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyfold_core::encryption_key::EncryptionKey;
use keyfold_core::id::{AccountId, KeyId};
use time::Duration;

use crate::clock::Clock;
use entries::{Entries, Name};
pub use eviction::Eviction;
use eviction::{Evicted, Evictions};
pub use memory::{CacheLimits, CacheMemoryError, LEAST_BYTES, USUAL_KEYS};

/// How long a key stays after the account's last backup with it, by whichever clock says so first.
pub const LIFE: Duration = Duration::days(7);

/// Most keys of one account: an Agent that makes up key ids does not fill the memory.
pub const MAX_KEYS_OF_ACCOUNT: usize = 8;

/// Most bytes of one account's keys, as they lie in memory: two of the largest.
pub const MAX_BYTES_OF_ACCOUNT: usize = 2 * rooms::LARGEST_BYTES;

/// Expired keys are wiped so many at a time, that nobody waits for long.
const WIPED_AT_A_TIME: usize = 1024;

keyfold_core::uuid_newtype!(
    LifeId,
    "One stay of a key in the cache: from when it came until it was wiped."
);

/// How the memory is protected that keys lie in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMemory {
    /// `memfd_secret`: never swapped out, and out of the kernel's own reach.
    Secret,
    /// `mlock`: never swapped out.
    Locked,
    /// Not at all, as somebody wished.
    Unlocked,
}

impl KeyMemory {
    /// The stable name, in logs and metrics.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Locked => "locked",
            Self::Unlocked => "unlocked",
        }
    }
}

/// Keys in locked memory.
pub struct KeyCache {
    entries: Mutex<Entries>,
    clock: Arc<dyn Clock>,
    evictions: Evictions,
    bytes: usize,
    memory: KeyMemory,
}

/// A key out of the cache, in ordinary memory that is wiped when it is dropped: hold it as briefly as possible.
pub struct CachedKey {
    /// The key.
    pub key: EncryptionKey,
    /// Its stay in the cache.
    pub life: LifeId,
}

/// How full the cache is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheFigures {
    /// Keys in memory.
    pub keys: usize,
    /// Bytes that they take up.
    pub used_bytes: usize,
    /// Bytes that they may take up.
    pub most_bytes: usize,
    /// How these are protected.
    pub memory: KeyMemory,
}

/// Why a key was not taken into memory.
#[derive(Debug, thiserror::Error)]
pub enum PresentError {
    /// Another key was presented with the same key id.
    #[error("another key was presented under this key id; give a new key a new key id")]
    AnotherKey,
    /// It finds no room, even alone.
    #[error("the memory for keys is too small for this one; give the cache more with --cache-mib")]
    NoRoom,
}

impl KeyCache {
    fn over(entries: Entries, bytes: usize, memory: KeyMemory, clock: Arc<dyn Clock>) -> Self {
        Self {
            entries: Mutex::new(entries),
            clock,
            evictions: Evictions::default(),
            bytes,
            memory,
        }
    }

    /// Takes a key into memory, where its stay is called `life`; or confirms that it is there, under an earlier name.
    pub fn present(
        &self,
        account: AccountId,
        key_id: KeyId,
        key: &EncryptionKey,
        life: LifeId,
    ) -> Result<(), PresentError> {
        let (name, now) = ((account, key_id), self.clock.moment());
        self.evicting(|entries, evicted| {
            if entries.fresh(name, now, evicted).is_none() {
                let fits = entries.insert(name, key, life, now, evicted);
                return fits.then_some(()).ok_or(PresentError::NoRoom);
            }
            if !entries.is(name, key) {
                return Err(PresentError::AnotherKey);
            }
            entries.touch(name, now);
            Ok(())
        })
    }

    /// A backup with this key completed: its seven days begin anew.
    pub fn touch(&self, account: AccountId, key_id: KeyId) {
        let now = self.clock.moment();
        self.lock().touch((account, key_id), now);
    }

    /// Whether the key is in memory.
    #[must_use]
    pub fn holds(&self, account: AccountId, key_id: KeyId) -> bool {
        self.life(account, key_id).is_some()
    }

    /// The key's stay in memory.
    #[must_use]
    pub fn life(&self, account: AccountId, key_id: KeyId) -> Option<LifeId> {
        let now = self.clock.moment();
        self.evicting(|entries, evicted| {
            let entry = entries.fresh((account, key_id), now, evicted)?;
            Some(entry.life)
        })
    }

    /// The key.
    #[must_use]
    pub fn key(&self, account: AccountId, key_id: KeyId) -> Option<CachedKey> {
        let (name, now) = ((account, key_id), self.clock.moment());
        self.evicting(|entries, evicted| {
            entries.fresh(name, now, evicted)?;
            entries.cached(name)
        })
    }

    /// How many keys ever came; [`KeyCache::ids_since`] takes it.
    #[must_use]
    pub fn came(&self) -> u64 {
        self.lock().came()
    }

    /// Keys in memory that came after this many others; nobody waits for long meanwhile.
    #[must_use]
    pub fn ids_since(&self, came: u64) -> Vec<(AccountId, KeyId, LifeId)> {
        let mut found = Vec::new();
        let mut last: Option<Name> = None;
        loop {
            let entries = self.lock();
            let mut seen = 0;
            for (name, entry) in entries.following(last).take(WIPED_AT_A_TIME) {
                (seen, last) = (seen + 1, Some(*name));
                if entry.number >= came {
                    found.push((name.0, name.1, entry.life));
                }
            }
            if seen < WIPED_AT_A_TIME {
                return found;
            }
        }
    }

    /// Which keys are in memory.
    #[must_use]
    pub fn ids(&self) -> Vec<(AccountId, KeyId)> {
        let ids = self.ids_since(0).into_iter();
        ids.map(|(account, key_id, _)| (account, key_id)).collect()
    }

    /// Wipes one key.
    pub fn evict(&self, account: AccountId, key_id: KeyId, why: Eviction) {
        self.evicting(|entries, evicted| entries.evict((account, key_id), why, evicted));
    }

    /// Wipes every key of an account: it was deleted.
    pub fn evict_account(&self, account: AccountId) {
        self.evicting(|entries, evicted| {
            for name in entries.of_account(account) {
                entries.evict(name, Eviction::AccountDeleted, evicted);
            }
        });
    }

    /// Wipes every key: the process ends.
    pub fn wipe(&self) {
        self.lock().wipe_all();
    }

    /// Wipes what is past its seven days; answers how many.
    pub fn evict_expired(&self) -> usize {
        let now = self.clock.moment();
        let mut wiped = 0;
        loop {
            let more = self.evicting(|entries, evicted| {
                let more = entries.evict_expired(now, WIPED_AT_A_TIME, evicted);
                wiped += evicted.len();
                more
            });
            if !more {
                return wiped;
            }
        }
    }

    /// How full it is.
    #[must_use]
    pub fn figures(&self) -> CacheFigures {
        let entries = self.lock();
        CacheFigures {
            keys: entries.len(),
            used_bytes: entries.locked_bytes(),
            most_bytes: self.bytes,
            memory: self.memory,
        }
    }

    /// How many keys were evicted for this reason since the start.
    #[must_use]
    pub fn evictions(&self, why: Eviction) -> u64 {
        self.evictions.count(why)
    }

    /// Counts and logs evictions after the lock is free again.
    fn evicting<T>(&self, work: impl FnOnce(&mut Entries, &mut Vec<Evicted>) -> T) -> T {
        let mut evicted = Vec::new();
        let done = work(&mut self.lock(), &mut evicted);
        self.evictions.note(&evicted);
        done
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
