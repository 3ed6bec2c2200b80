//! Keys of any size, packed into locked regions.
//!
//! Locking works by whole pages and the system allows only so many, so that small keys share them: sizes are rounded
//! up to powers of two, and each size keeps a list of free places.

use std::collections::HashMap;
use std::io;

use zeroize::Zeroize as _;

use super::region::LockedRegion;

/// Bytes that are locked at a time.
pub(super) const REGION_BYTES: usize = 256 * 1024;
const SMALLEST: usize = 64;

/// Where a value lies in the arena. Not `Clone`: it is given back exactly once.
#[derive(Debug)]
pub(super) struct Place {
    region: usize,
    start: usize,
    room: usize,
    len: usize,
}

/// Locked memory for many values.
pub(super) struct Arena {
    regions: Vec<LockedRegion>,
    used: usize,
    free: HashMap<usize, Vec<Place>>,
}

impl Arena {
    /// An arena with its first region.
    pub(super) fn new() -> io::Result<Self> {
        let regions = vec![LockedRegion::new(REGION_BYTES)?];
        Ok(Self {
            regions,
            used: 0,
            free: HashMap::new(),
        })
    }

    /// Makes room for `len` bytes and lets `write` fill them.
    pub(super) fn store(&mut self, len: usize, write: impl FnOnce(&mut [u8])) -> io::Result<Place> {
        let room = len.next_power_of_two().max(SMALLEST);
        if room > REGION_BYTES {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "larger than a region",
            ));
        }
        let mut place = match self.free.get_mut(&room).and_then(Vec::pop) {
            Some(place) => place,
            None => self.carve(room)?,
        };
        place.len = len;
        write(self.bytes_mut(&place));
        Ok(place)
    }

    /// The value at a place.
    pub(super) fn bytes(&self, place: &Place) -> &[u8] {
        &self.regions[place.region].bytes()[place.start..place.start + place.len]
    }

    /// Wipes the value and takes its place back.
    pub(super) fn wipe(&mut self, place: Place) {
        self.bytes_mut(&place).zeroize();
        self.free.entry(place.room).or_default().push(place);
    }

    fn bytes_mut(&mut self, place: &Place) -> &mut [u8] {
        &mut self.regions[place.region].bytes_mut()[place.start..place.start + place.len]
    }

    /// Room that was never used: what is left of the newest region, or a new one.
    fn carve(&mut self, room: usize) -> io::Result<Place> {
        let fits = self.used.next_multiple_of(room) + room <= REGION_BYTES;
        if !fits {
            self.regions.push(LockedRegion::new(REGION_BYTES)?);
            self.used = 0;
        }
        let start = self.used.next_multiple_of(room);
        self.used = start + room;
        Ok(Place {
            region: self.regions.len() - 1,
            start,
            room,
            len: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(arena: &mut Arena, value: &[u8]) -> Place {
        arena
            .store(value.len(), |room| room.copy_from_slice(value))
            .unwrap()
    }

    #[test]
    fn values_of_all_sizes_keep_apart() {
        let mut arena = Arena::new().unwrap();
        let values: Vec<Vec<u8>> = (0..200_u8)
            .map(|n| vec![n; 1 + usize::from(n) * 331])
            .collect();
        let places: Vec<Place> = values
            .iter()
            .map(|value| store(&mut arena, value))
            .collect();
        for (place, value) in places.iter().zip(&values) {
            assert_eq!(arena.bytes(place), value);
        }
        assert!(arena.regions.len() > 1);
    }

    #[test]
    fn a_wiped_value_is_gone_and_its_place_is_used_again() {
        let mut arena = Arena::new().unwrap();
        let place = store(&mut arena, b"correct horse battery staple");
        let keep = store(&mut arena, b"another");
        let start = place.start;
        arena.wipe(place);
        let all = arena.regions[0].bytes();
        assert!(!all.windows(7).any(|window| window == b"battery"));
        assert!(all.windows(7).any(|window| window == b"another"));
        assert_eq!(store(&mut arena, b"next").start, start);
        assert_eq!(arena.bytes(&keep), b"another");
    }

    #[test]
    fn too_large_is_refused() {
        assert!(
            Arena::new()
                .unwrap()
                .store(REGION_BYTES + 1, |_| ())
                .is_err()
        );
    }
}
