//! Places for connections: so many in all, so many for each address.
//!
//! Whoever opens connections and says nothing must not keep others out: when no place is free, the oldest connection
//! that never asked anything gives way to the new one.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

/// All places.
pub(super) struct Places {
    in_all: usize,
    of_address: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    in_all: usize,
    of_address: HashMap<IpAddr, usize>,
    /// Connections that never asked anything, the oldest first.
    silent: BTreeMap<u64, (IpAddr, CancellationToken)>,
    next: u64,
}

/// A connection's place; free again when dropped.
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
    address: IpAddr,
    lost: CancellationToken,
    asked: AtomicBool,
}

impl Places {
    pub(super) fn new(in_all: usize, of_address: usize) -> Arc<Self> {
        Arc::new(Self {
            in_all,
            of_address,
            taken: Mutex::default(),
        })
    }

    /// A place for a connection from this address, if need be another one's. None when every place belongs to somebody
    /// who uses it.
    pub(super) fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let address = bounded_address(peer);
        let mut taken = self.taken();
        let of_address = taken.of_address.get(&address).copied().unwrap_or(0);
        if of_address >= self.of_address {
            taken.evict_silent(|it| it == address)?;
        } else if taken.in_all >= self.in_all {
            taken.evict_silent(|_| true)?;
        }
        let number = taken.next;
        let lost = CancellationToken::new();
        taken.next += 1;
        taken.in_all += 1;
        *taken.of_address.entry(address).or_default() += 1;
        taken.silent.insert(number, (address, lost.clone()));
        Some(Place {
            places: Arc::clone(self),
            number,
            address,
            lost,
            asked: AtomicBool::new(false),
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// Takes the place of the oldest silent connection from such an address; none when there is no such connection.
    fn evict_silent(&mut self, of: impl Fn(IpAddr) -> bool) -> Option<()> {
        let mut silent = self.silent.iter();
        let number = *silent.find(|(_, (address, _))| of(*address))?.0;
        let (address, lost) = self.silent.remove(&number)?;
        lost.cancel();
        self.free(address);
        Some(())
    }

    fn free(&mut self, address: IpAddr) {
        self.in_all -= 1;
        if let Some(count) = self.of_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.of_address.remove(&address);
            }
        }
    }
}

impl Place {
    /// The connection asked something: its place is its own now.
    pub(super) fn ask(&self) {
        if !self.asked.swap(true, Ordering::Relaxed) {
            self.places.taken().silent.remove(&self.number);
        }
    }

    pub(super) fn has_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// Another connection took the place.
    pub(super) fn lost(&self) -> WaitForCancellationFuture<'_> {
        self.lost.cancelled()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.silent.remove(&self.number);
        if !self.lost.is_cancelled() {
            taken.free(self.address);
        }
    }
}

/// An IPv6 client has a whole /64.
fn bounded_address(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(
            address.to_bits() & !u128::from(u64::MAX),
        )),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_oldest_silent_connection_gives_way() {
        let places = Places::new(3, 3);
        let here = address("192.0.2.1");
        let asking = places.take(here).unwrap();
        asking.ask();
        let oldest = places.take(here).unwrap();
        let younger = places.take(here).unwrap();
        let newcomer = places.take(address("192.0.2.2")).unwrap();
        assert!(oldest.lost.is_cancelled());
        assert!(!asking.lost.is_cancelled() && !younger.lost.is_cancelled());
        younger.ask();
        newcomer.ask();
        assert!(places.take(here).is_none(), "nobody is silent");
        drop(oldest);
        assert!(places.take(here).is_none(), "its place was taken already");
        drop(asking);
        assert!(places.take(here).is_some());
    }

    #[test]
    fn an_address_has_its_share_and_takes_from_itself() {
        let places = Places::new(10, 2);
        let (here, there) = (address("2001:db8::1"), address("2001:db8:0:1::1"));
        let first = places.take(here).unwrap();
        let other = places.take(there).unwrap();
        let _second = places.take(address("2001:db8::2")).unwrap();
        let third = places.take(address("2001:db8::3")).unwrap();
        assert!(first.lost.is_cancelled() && !other.lost.is_cancelled());
        third.ask();
        assert!(!third.lost.is_cancelled());
    }

    #[test]
    fn every_place_is_given_back() {
        let places = Places::new(2, 1);
        for round in 0..10 {
            let one = places.take(address("192.0.2.1")).unwrap();
            let another = places.take(address("192.0.2.1")).unwrap();
            assert!(one.lost.is_cancelled(), "round {round}");
            another.ask();
        }
        let taken = places.taken();
        assert_eq!(
            (taken.in_all, taken.of_address.len(), taken.silent.len()),
            (0, 0, 0)
        );
    }
}
