//! Keys of any size in one region of locked memory.

use std::io;

use zeroize::Zeroize as _;

use super::KeyMemory;
use super::region::Region;
use super::rooms::{Room, Rooms};

/// Where a value lies in the arena. Not `Clone`: it is given back exactly once.
#[derive(Debug)]
pub(super) struct Place {
    room: Room,
    len: u32,
}

impl Place {
    /// Bytes that it takes up.
    pub(super) fn bytes(&self) -> usize {
        self.room.bytes()
    }

    fn range(&self) -> std::ops::Range<usize> {
        self.room.offset()..self.room.offset() + self.len as usize
    }
}

/// Protected memory for many values.
pub(super) struct Arena {
    region: Region,
    rooms: Rooms,
    /// No value ever lay beyond this.
    used: usize,
}

impl Arena {
    /// An arena of so many bytes.
    pub(super) fn new(bytes: usize, memory: KeyMemory) -> io::Result<Self> {
        Ok(Self {
            region: Region::new(bytes, memory)?,
            rooms: Rooms::new(bytes),
            used: 0,
        })
    }

    /// Lets `write` fill `len` bytes; nothing when there is no room.
    pub(super) fn store(&mut self, len: usize, write: impl FnOnce(&mut [u8])) -> Option<Place> {
        let room = self.rooms.take(len)?;
        let place = Place {
            len: u32::try_from(len).ok()?,
            room,
        };
        self.used = self.used.max(place.range().end);
        write(&mut self.region.bytes_mut()[place.range()]);
        Some(place)
    }

    /// The value at a place.
    pub(super) fn bytes(&self, place: &Place) -> &[u8] {
        &self.region.bytes()[place.range()]
    }

    /// Wipes the value and takes its place back.
    pub(super) fn wipe(&mut self, place: Place) {
        self.region.bytes_mut()[place.range()].zeroize();
        self.rooms.give_back(place.room);
    }

    /// Bytes in rooms that are taken.
    pub(super) fn taken(&self) -> usize {
        self.rooms.taken()
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        self.region.bytes_mut()[..self.used].zeroize();
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::cache::rooms::LARGEST_BYTES;

    fn arena() -> Arena {
        Arena::new(8 * LARGEST_BYTES, KeyMemory::Unlocked).unwrap()
    }

    fn store(arena: &mut Arena, value: &[u8]) -> Place {
        arena
            .store(value.len(), |room| room.copy_from_slice(value))
            .unwrap()
    }

    #[test]
    fn values_of_all_sizes_keep_apart() {
        let mut arena = arena();
        let values: Vec<Vec<u8>> = (0..100_u8)
            .map(|n| vec![n; 1 + usize::from(n) * 101])
            .collect();
        let places: Vec<Place> = values
            .iter()
            .map(|value| store(&mut arena, value))
            .collect();
        for (place, value) in places.iter().zip(&values) {
            assert_eq!(arena.bytes(place), value);
        }
    }

    #[test]
    fn a_wiped_value_is_gone_and_its_place_is_used_again() {
        let mut arena = arena();
        let place = store(&mut arena, b"correct horse battery staple");
        let keep = store(&mut arena, b"another");
        let range = place.range();
        arena.wipe(place);
        let all = arena.region.bytes();
        assert!(!all.windows(7).any(|window| window == b"battery"));
        assert!(all.windows(7).any(|window| window == b"another"));
        assert_eq!(store(&mut arena, b"next").range().start, range.start);
        assert_eq!(arena.bytes(&keep), b"another");
    }
}
