//! Which part of the locked memory is free: a buddy system (Knuth, TAOCP 1, §2.5).
//!
//! A room is a power of two of `UNIT` bytes and begins at a multiple of its size. Two halves that are both free become
//! one room again, so that small keys that left make place for large ones.

use std::collections::BTreeSet;

/// Bytes of the smallest room.
const UNIT: usize = 64;
/// The largest room has `UNIT << LARGEST` bytes: the largest key, packed, fits.
const LARGEST: u8 = 11;
/// Bytes of the largest room.
pub(super) const LARGEST_BYTES: usize = UNIT << LARGEST;

/// Room for one value. Not `Clone`: it is given back exactly once.
#[derive(Debug)]
pub(super) struct Room {
    /// In units.
    start: u32,
    /// Its size is `UNIT << order`.
    order: u8,
}

impl Room {
    /// Where it begins, in bytes.
    pub(super) fn offset(&self) -> usize {
        self.start as usize * UNIT
    }

    /// Its size in bytes.
    pub(super) fn bytes(&self) -> usize {
        UNIT << self.order
    }
}

/// The rooms that are free, by their order.
pub(super) struct Rooms {
    free: Vec<BTreeSet<u32>>,
    /// Bytes that are taken.
    taken: usize,
}

impl Rooms {
    /// All of `bytes` is free; what is left beyond a multiple of [`LARGEST_BYTES`] stays unused.
    pub(super) fn new(bytes: usize) -> Self {
        let mut free = vec![BTreeSet::new(); usize::from(LARGEST) + 1];
        let largest = u32::try_from(bytes / LARGEST_BYTES).unwrap_or(u32::MAX >> LARGEST);
        free[usize::from(LARGEST)] = (0..largest).map(|number| number << LARGEST).collect();
        Self { free, taken: 0 }
    }

    /// Takes the free room with the lowest address among the smallest that hold `bytes`.
    pub(super) fn take(&mut self, bytes: usize) -> Option<Room> {
        let order = order(bytes)?;
        let mut found = (order..=LARGEST).find(|order| !self.at(*order).is_empty())?;
        let start = self.at(found).pop_first()?;
        while found > order {
            found -= 1;
            self.at(found).insert(start + (1 << found));
        }
        self.taken += UNIT << order;
        Some(Room { start, order })
    }

    /// Takes a room back.
    pub(super) fn give_back(
        &mut self,
        Room {
            mut start,
            mut order,
        }: Room,
    ) {
        self.taken -= UNIT << order;
        while order < LARGEST && self.at(order).remove(&(start ^ (1 << order))) {
            start &= !(1 << order);
            order += 1;
        }
        self.at(order).insert(start);
    }

    /// Bytes in rooms that are taken.
    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    fn at(&mut self, order: u8) -> &mut BTreeSet<u32> {
        &mut self.free[usize::from(order)]
    }
}

/// How many bytes the room for a value of this length has; none when no room is that large.
pub(super) fn room_bytes(len: usize) -> Option<usize> {
    order(len).map(|order| UNIT << order)
}

fn order(len: usize) -> Option<u8> {
    (0..=LARGEST).find(|order| UNIT << order >= len)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_rooms_that_are_free_again_make_a_large_one() {
        let mut rooms = Rooms::new(LARGEST_BYTES + UNIT);
        let small: Vec<Room> = std::iter::from_fn(|| rooms.take(1)).collect();
        assert_eq!(small.len(), 1 << LARGEST);
        assert_eq!(rooms.taken(), LARGEST_BYTES);
        for room in small {
            rooms.give_back(room);
        }
        assert_eq!(rooms.taken(), 0);
        assert!(rooms.take(LARGEST_BYTES).is_some());
        assert!(rooms.take(1).is_none());
    }

    #[test]
    fn too_large_is_refused() {
        assert!(Rooms::new(1 << 20).take(LARGEST_BYTES + 1).is_none());
        assert_eq!(room_bytes(LARGEST_BYTES + 1), None);
    }

    proptest! {
        #[test]
        fn rooms_never_overlap(steps in proptest::collection::vec((1..70_000_usize, any::<bool>()), 1..300)) {
            let mut rooms = Rooms::new(4 * LARGEST_BYTES);
            let mut taken: Vec<Room> = Vec::new();
            for (len, leave) in steps {
                if leave && !taken.is_empty() {
                    let place = len % taken.len();
                    rooms.give_back(taken.swap_remove(place));
                } else if let Some(room) = rooms.take(len) {
                    prop_assert!(room.bytes() >= len);
                    let end = room.offset() + room.bytes();
                    prop_assert!(end <= 4 * LARGEST_BYTES);
                    for other in &taken {
                        prop_assert!(end <= other.offset() || other.offset() + other.bytes() <= room.offset());
                    }
                    taken.push(room);
                }
                prop_assert_eq!(rooms.taken(), taken.iter().map(Room::bytes).sum::<usize>());
            }
        }
    }
}
