//! The keys by name, and in the order in which they leave.

use std::collections::{BTreeMap, BTreeSet};

use keyfold_core::encryption_key::EncryptionKey;
use keyfold_core::id::{AccountId, KeyId};

use super::arena::{Arena, Place};
use super::eviction::{Evicted, Eviction};
use super::rooms::room_bytes;
use super::{CachedKey, LIFE, LifeId, MAX_BYTES_OF_ACCOUNT, MAX_KEYS_OF_ACCOUNT, packing};
use crate::clock::Moment;

/// What a key is called.
pub(super) type Name = (AccountId, KeyId);

pub(super) struct Entry {
    place: Place,
    pub(super) life: LifeId,
    /// Counts up with every key that comes.
    pub(super) number: u64,
    /// When a backup with it was last begun or completed; the later one by each clock.
    last: Moment,
}

/// All keys. Nothing here takes longer for many keys than for few, but for the depth of a tree.
pub(super) struct Entries {
    arena: Arena,
    most: usize,
    keys: BTreeMap<Name, Entry>,
    by_wall: BTreeSet<(i64, Name)>,
    by_boot: BTreeSet<(i64, Name)>,
    came: u64,
}

impl Entries {
    /// Room for `most` keys in this arena.
    pub(super) fn new(arena: Arena, most: usize) -> Self {
        Self {
            arena,
            most,
            keys: BTreeMap::new(),
            by_wall: BTreeSet::new(),
            by_boot: BTreeSet::new(),
            came: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn locked_bytes(&self) -> usize {
        self.arena.taken()
    }

    /// How many keys ever came: the number of the next one.
    pub(super) fn came(&self) -> u64 {
        self.came
    }

    /// The entry, if its seven days are not over; wiped if they are.
    pub(super) fn fresh(
        &mut self,
        name: Name,
        now: Moment,
        evicted: &mut Vec<Evicted>,
    ) -> Option<&Entry> {
        if self.keys.get(&name)?.is_over(now) {
            self.evict(name, Eviction::Expired, evicted);
        }
        self.keys.get(&name)
    }

    /// The key of that name.
    pub(super) fn cached(&self, name: Name) -> Option<CachedKey> {
        let entry = self.keys.get(&name)?;
        Some(CachedKey {
            key: packing::unpack(self.arena.bytes(&entry.place))?,
            life: entry.life,
        })
    }

    /// Whether this is the key of that name.
    pub(super) fn is(&self, name: Name, key: &EncryptionKey) -> bool {
        self.cached(name)
            .is_some_and(|known| known.key.same_as(key))
    }

    /// Takes a key that is not there yet, wiping others to make room: first the account's own, then whose backup is
    /// longest ago. False when there is no room for it in all of the memory.
    pub(super) fn insert(
        &mut self,
        name: Name,
        key: &EncryptionKey,
        life: LifeId,
        now: Moment,
        evicted: &mut Vec<Evicted>,
    ) -> bool {
        let len = packing::packed_len(key);
        self.make_room_of(name.0, len, evicted);
        while self.keys.len() >= self.most {
            self.evict_oldest(evicted);
        }
        let place = loop {
            if let Some(place) = self.arena.store(len, |room| packing::pack(key, room)) {
                break place;
            }
            if !self.evict_oldest(evicted) {
                return false;
            }
        };
        let entry = Entry {
            place,
            life,
            number: self.came,
            last: now,
        };
        self.came += 1;
        self.queue(name, now);
        self.keys.insert(name, entry);
        true
    }

    /// Its seven days begin anew.
    pub(super) fn touch(&mut self, name: Name, now: Moment) {
        let Some(entry) = self.keys.get_mut(&name) else {
            return;
        };
        let (before, after) = (entry.last, entry.last.later(now));
        entry.last = after;
        self.unqueue(name, before);
        self.queue(name, after);
    }

    pub(super) fn evict(&mut self, name: Name, why: Eviction, evicted: &mut Vec<Evicted>) {
        let Some(entry) = self.keys.remove(&name) else {
            return;
        };
        self.unqueue(name, entry.last);
        self.arena.wipe(entry.place);
        let (account, key_id) = name;
        evicted.push(Evicted {
            account,
            key_id,
            why,
        });
    }

    /// Wipes every key.
    pub(super) fn wipe_all(&mut self) {
        self.by_wall.clear();
        self.by_boot.clear();
        for entry in std::mem::take(&mut self.keys).into_values() {
            self.arena.wipe(entry.place);
        }
    }

    /// Wipes keys whose seven days are over by either clock, at most `most`; whether there may be more.
    pub(super) fn evict_expired(
        &mut self,
        now: Moment,
        most: usize,
        evicted: &mut Vec<Evicted>,
    ) -> bool {
        let first = |queue: &BTreeSet<(i64, Name)>| queue.first().map(|(_, name)| *name);
        for _ in 0..most {
            let firsts = [first(&self.by_boot), first(&self.by_wall)];
            let is_over = |name: &Name| self.keys.get(name).is_some_and(|entry| entry.is_over(now));
            let Some(over) = firsts.into_iter().flatten().find(is_over) else {
                return false;
            };
            self.evict(over, Eviction::Expired, evicted);
        }
        true
    }

    /// What the account has, oldest first.
    pub(super) fn of_account(&self, account: AccountId) -> Vec<Name> {
        let mut found: Vec<_> = self
            .after(account)
            .take_while(|((owner, _), _)| *owner == account)
            .collect();
        found.sort_unstable_by_key(|(_, entry)| (entry.last.boot, entry.number));
        found.into_iter().map(|(name, _)| *name).collect()
    }

    /// Keys in the order of their names, after one.
    pub(super) fn following(&self, name: Option<Name>) -> impl Iterator<Item = (&Name, &Entry)> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = name.map_or(Unbounded, Excluded);
        self.keys.range((from, Unbounded))
    }

    /// Keys in the order of their names, from an account's first on.
    fn after(&self, account: AccountId) -> impl Iterator<Item = (&Name, &Entry)> {
        self.keys.range((account, KeyId::LEAST)..)
    }

    fn make_room_of(&mut self, account: AccountId, len: usize, evicted: &mut Vec<Evicted>) {
        let of_account = self.of_account(account);
        let bytes = |name: &Name| self.keys.get(name).map_or(0, |entry| entry.place.bytes());
        let mut taken: usize = of_account.iter().map(bytes).sum();
        let room = room_bytes(len).unwrap_or(len);
        let mut left = of_account.len();
        for name in of_account {
            if left < MAX_KEYS_OF_ACCOUNT && taken + room <= MAX_BYTES_OF_ACCOUNT {
                return;
            }
            taken -= self.keys.get(&name).map_or(0, |entry| entry.place.bytes());
            left -= 1;
            self.evict(name, Eviction::TooManyKeys, evicted);
        }
    }

    /// False when there is none.
    fn evict_oldest(&mut self, evicted: &mut Vec<Evicted>) -> bool {
        let Some((_, oldest)) = self.by_boot.first().copied() else {
            return false;
        };
        self.evict(oldest, Eviction::CacheFull, evicted);
        true
    }

    fn queue(&mut self, name: Name, last: Moment) {
        self.by_wall.insert((last.wall.unix_timestamp(), name));
        self.by_boot.insert((last.boot.whole_seconds(), name));
    }

    fn unqueue(&mut self, name: Name, last: Moment) {
        self.by_wall.remove(&(last.wall.unix_timestamp(), name));
        self.by_boot.remove(&(last.boot.whole_seconds(), name));
    }
}

impl Entry {
    /// Whether its seven days are over, by the clock that says so first.
    fn is_over(&self, now: Moment) -> bool {
        now.wall - self.last.wall > LIFE || now.boot - self.last.boot > LIFE
    }
}
