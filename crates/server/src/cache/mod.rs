//! The key cache: encryption keys that Agents presented, in locked memory, at most seven days after the account's
//! last backup. Never on disk; gone when the process ends.

mod arena;
mod packing;
#[cfg(unix)]
mod region;
#[cfg(not(unix))]
#[path = "region_missing.rs"]
mod region;

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use keyfold_core::encryption_key::EncryptionKey;
use keyfold_core::id::{AccountId, KeyId};
use time::{Duration, OffsetDateTime};

use arena::{Arena, Place};

/// How long a key stays after the account's last backup with it.
pub const LIFE: Duration = Duration::days(7);

/// Most keys of one account: an Agent that makes up key ids does not fill the memory.
pub const MAX_KEYS_OF_ACCOUNT: usize = 8;

/// Keys in locked memory.
pub struct KeyCache(Mutex<Entries>);

struct Entries {
    arena: Arena,
    keys: HashMap<(AccountId, KeyId), Entry>,
}

struct Entry {
    place: Place,
    last_backup_at: OffsetDateTime,
}

/// Why a key was not taken into memory.
#[derive(Debug, thiserror::Error)]
pub enum PresentError {
    /// Another key was presented with the same key id.
    #[error("another key was presented under this key id; give a new key a new key id")]
    AnotherKey,
    /// No more memory can be locked.
    #[error(
        "no more memory can be locked: {0}; raise RLIMIT_MEMLOCK (LimitMEMLOCK= of the systemd unit)"
    )]
    Memory(#[from] io::Error),
}

impl KeyCache {
    /// An empty cache. Locks its first memory at once, so that a limit that is too low shows at start.
    pub fn new() -> Result<Self, PresentError> {
        Ok(Self(Mutex::new(Entries {
            arena: Arena::new()?,
            keys: HashMap::new(),
        })))
    }

    /// Takes a key into memory, or confirms that it is there.
    pub fn present(
        &self,
        account: AccountId,
        key_id: KeyId,
        key: &EncryptionKey,
        now: OffsetDateTime,
    ) -> Result<(), PresentError> {
        let mut entries = self.lock();
        entries.evict_expired(now);
        if let Some(entry) = entries.keys.get(&(account, key_id)) {
            let known = packing::unpack(entries.arena.bytes(&entry.place));
            if !known.is_some_and(|known| known.same_as(key)) {
                return Err(PresentError::AnotherKey);
            }
        } else {
            entries.make_room(account);
            let place = entries
                .arena
                .store(packing::packed_len(key), |room| packing::pack(key, room))?;
            entries.keys.insert(
                (account, key_id),
                Entry {
                    place,
                    last_backup_at: now,
                },
            );
        }
        entries.touch(account, key_id, now);
        Ok(())
    }

    /// A backup with this key completed: its seven days begin anew.
    pub fn touch(&self, account: AccountId, key_id: KeyId, now: OffsetDateTime) {
        self.lock().touch(account, key_id, now);
    }

    /// Whether the key is in memory.
    #[must_use]
    pub fn holds(&self, account: AccountId, key_id: KeyId, now: OffsetDateTime) -> bool {
        let mut entries = self.lock();
        entries.evict_expired(now);
        entries.keys.contains_key(&(account, key_id))
    }

    /// The key, in ordinary memory that is wiped when it is dropped: hold it as briefly as possible.
    #[must_use]
    pub fn key(
        &self,
        account: AccountId,
        key_id: KeyId,
        now: OffsetDateTime,
    ) -> Option<EncryptionKey> {
        let mut entries = self.lock();
        entries.evict_expired(now);
        let entry = entries.keys.get(&(account, key_id))?;
        packing::unpack(entries.arena.bytes(&entry.place))
    }

    /// Which keys are in memory.
    #[must_use]
    pub fn ids(&self, now: OffsetDateTime) -> Vec<(AccountId, KeyId)> {
        let mut entries = self.lock();
        entries.evict_expired(now);
        entries.keys.keys().copied().collect()
    }

    /// Wipes one key.
    pub fn evict(&self, account: AccountId, key_id: KeyId) {
        self.lock().evict(account, key_id);
    }

    /// Wipes every key of an account: it was deleted.
    pub fn evict_account(&self, account: AccountId) {
        let mut entries = self.lock();
        for (account, key_id) in entries.of_account(account) {
            entries.evict(account, key_id);
        }
    }

    /// Wipes what is past its seven days; answers how many.
    pub fn evict_expired(&self, now: OffsetDateTime) -> usize {
        self.lock().evict_expired(now)
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn touch(&mut self, account: AccountId, key_id: KeyId, now: OffsetDateTime) {
        if let Some(entry) = self.keys.get_mut(&(account, key_id)) {
            entry.last_backup_at = entry.last_backup_at.max(now);
        }
    }

    fn evict(&mut self, account: AccountId, key_id: KeyId) {
        if let Some(entry) = self.keys.remove(&(account, key_id)) {
            self.arena.wipe(entry.place);
        }
    }

    fn evict_expired(&mut self, now: OffsetDateTime) -> usize {
        let expired: Vec<_> = self
            .keys
            .iter()
            .filter(|(_, entry)| now - entry.last_backup_at > LIFE)
            .map(|(key, _)| *key)
            .collect();
        for (account, key_id) in &expired {
            self.evict(*account, *key_id);
        }
        expired.len()
    }

    fn of_account(&self, account: AccountId) -> Vec<(AccountId, KeyId)> {
        self.keys
            .keys()
            .filter(|(owner, _)| *owner == account)
            .copied()
            .collect()
    }

    /// Wipes the account's oldest key when it has as many as it may.
    fn make_room(&mut self, account: AccountId) {
        let of_account = self.of_account(account);
        if of_account.len() < MAX_KEYS_OF_ACCOUNT {
            return;
        }
        let oldest = of_account
            .into_iter()
            .min_by_key(|key| self.keys.get(key).map(|entry| entry.last_backup_at));
        if let Some((account, key_id)) = oldest {
            self.evict(account, key_id);
        }
    }
}

#[cfg(test)]
mod tests;
