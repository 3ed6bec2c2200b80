use std::sync::Mutex;

use time::OffsetDateTime;
use time::macros::datetime;
use zeroize::Zeroizing;

use super::*;

const START: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

/// Both clocks, set by hand.
#[derive(Clone)]
struct Clocks(Arc<Mutex<(OffsetDateTime, Duration)>>);

impl Clocks {
    fn forward(&self, by: Duration) {
        self.wall(by);
        self.boot(by);
    }

    fn wall(&self, by: Duration) {
        self.0.lock().unwrap().0 += by;
    }

    fn boot(&self, by: Duration) {
        self.0.lock().unwrap().1 += by;
    }
}

impl Clock for Clocks {
    fn now(&self) -> OffsetDateTime {
        self.0.lock().unwrap().0
    }

    fn since_boot(&self) -> Duration {
        self.0.lock().unwrap().1
    }
}

fn cache_of(keys: usize) -> (KeyCache, Clocks) {
    let clocks = Clocks(Arc::new(Mutex::new((START, Duration::HOUR))));
    let limits = CacheLimits {
        keys,
        bytes: Some(LEAST_BYTES),
        allow_unlocked: true,
        ..CacheLimits::default()
    };
    (limits.open(Arc::new(clocks.clone())).unwrap(), clocks)
}

fn cache() -> (KeyCache, Clocks) {
    cache_of(1000)
}

fn key(password: &str) -> EncryptionKey {
    EncryptionKey::password(Zeroizing::new(password.as_bytes().to_vec())).unwrap()
}

fn account(last: u8) -> AccountId {
    format!("7f1d2c9e-6b1a-4a0e-9d7e-0000000000{last:02x}")
        .parse()
        .unwrap()
}

fn key_id(last: u8) -> KeyId {
    format!("0b6ee2a0-52f3-4c69-8a2e-0000000000{last:02x}")
        .parse()
        .unwrap()
}

fn life(last: u8) -> LifeId {
    format!("33333333-52f3-4c69-8a2e-0000000000{last:02x}")
        .parse()
        .unwrap()
}

fn present(cache: &KeyCache, account_: u8, key_: u8, password: &str) {
    cache
        .present(account(account_), key_id(key_), &key(password), life(key_))
        .unwrap();
}

#[test]
fn a_key_stays_seven_days_after_the_last_backup_and_no_longer() {
    let (cache, clocks) = cache();
    present(&cache, 1, 1, "a");
    clocks.forward(Duration::days(5));
    cache.touch(account(1), key_id(1));
    clocks.forward(LIFE);
    assert!(
        cache
            .key(account(1), key_id(1))
            .unwrap()
            .key
            .same_as(&key("a"))
    );
    clocks.forward(Duration::SECOND);
    assert!(cache.key(account(1), key_id(1)).is_none());
    clocks.forward(-LIFE);
    assert!(
        !cache.holds(account(1), key_id(1)),
        "it is wiped, not hidden"
    );
    assert_eq!(cache.evictions(Eviction::Expired), 1);
}

#[test]
fn a_wall_clock_that_is_set_back_lengthens_no_life() {
    let (cache, clocks) = cache();
    present(&cache, 1, 1, "a");
    clocks.wall(Duration::days(-30));
    clocks.forward(LIFE);
    assert!(cache.holds(account(1), key_id(1)));
    clocks.boot(Duration::SECOND);
    assert_eq!(cache.evict_expired(), 1);
    assert_eq!(cache.figures().keys, 0);
}

#[test]
fn a_clock_that_stood_still_while_the_wall_clock_went_on_lengthens_no_life() {
    let (cache, clocks) = cache();
    present(&cache, 1, 1, "a");
    clocks.wall(LIFE + Duration::SECOND);
    assert_eq!(cache.evict_expired(), 1);
}

#[test]
fn a_wall_clock_that_jumps_back_shortens_no_life() {
    let (cache, clocks) = cache();
    present(&cache, 1, 1, "a");
    clocks.wall(Duration::days(-30));
    cache.touch(account(1), key_id(1));
    clocks.wall(Duration::days(30));
    assert!(cache.holds(account(1), key_id(1)));
    assert_eq!(cache.evict_expired(), 0);
}

#[test]
fn a_sweep_wipes_what_is_over_and_nothing_else() {
    let (cache, clocks) = cache();
    for n in 0..100 {
        present(&cache, n, n, &n.to_string());
        clocks.forward(Duration::HOUR);
    }
    cache.touch(account(3), key_id(3));
    clocks.forward(LIFE - Duration::hours(90));
    assert_eq!(
        cache.evict_expired(),
        9,
        "those of the first ten hours but one"
    );
    assert!(cache.holds(account(3), key_id(3)));
    assert!(cache.holds(account(10), key_id(10)));
    assert_eq!(cache.figures().keys, 91);
}

#[test]
fn one_key_id_names_one_key_and_a_stay_has_one_name() {
    let (cache, _) = cache();
    present(&cache, 1, 1, "a");
    cache
        .present(account(1), key_id(1), &key("a"), life(9))
        .unwrap();
    assert_eq!(cache.life(account(1), key_id(1)), Some(life(1)));
    let refused = cache.present(account(1), key_id(1), &key("b"), life(9));
    assert!(matches!(refused, Err(PresentError::AnotherKey)));
    assert!(
        cache
            .key(account(1), key_id(1))
            .unwrap()
            .key
            .same_as(&key("a"))
    );
    present(&cache, 2, 1, "b");
}

#[test]
fn an_account_has_so_many_keys_and_the_oldest_goes_first() {
    let (cache, clocks) = cache();
    let most = u8::try_from(MAX_KEYS_OF_ACCOUNT).unwrap();
    for n in 0..=most {
        present(&cache, 1, n, &n.to_string());
        clocks.forward(Duration::MINUTE);
    }
    present(&cache, 2, 0, "x");
    let ids = cache.ids();
    assert_eq!(ids.len(), MAX_KEYS_OF_ACCOUNT + 1);
    assert!(!ids.contains(&(account(1), key_id(0))));
    assert!(ids.contains(&(account(2), key_id(0))));
    assert_eq!(cache.evictions(Eviction::TooManyKeys), 1);
}

#[test]
fn large_keys_of_one_account_do_not_fill_the_memory() {
    let (cache, _) = cache();
    present(&cache, 1, 0, "small");
    for n in 0..10 {
        present(&cache, 2, n, &"x".repeat(60_000));
    }
    assert!(cache.holds(account(1), key_id(0)));
    assert!(cache.holds(account(2), key_id(9)));
    assert!(cache.figures().used_bytes <= MAX_BYTES_OF_ACCOUNT + 64);
}

#[test]
fn a_full_cache_makes_room_where_the_last_backup_is_longest_ago() {
    let (cache, clocks) = cache_of(3);
    for n in 1..=3 {
        present(&cache, n, n, "a");
        clocks.forward(Duration::MINUTE);
    }
    cache.touch(account(1), key_id(1));
    present(&cache, 4, 4, "a");
    assert!(!cache.holds(account(2), key_id(2)));
    assert_eq!(cache.figures().keys, 3);
    assert_eq!(cache.evictions(Eviction::CacheFull), 1);
}

#[test]
fn full_memory_makes_room_for_a_large_key() {
    let (cache, clocks) = cache_of(100_000);
    for n in 0..250 {
        present(&cache, n, n, &"x".repeat(4000));
        clocks.forward(Duration::SECOND);
    }
    present(&cache, 251, 251, &"y".repeat(60_000));
    assert!(cache.holds(account(251), key_id(251)));
    assert!(cache.holds(account(249), key_id(249)));
    let gone = cache.evictions(Eviction::CacheFull);
    assert!((1..100).contains(&gone), "{gone}");
}

#[test]
fn a_deleted_account_leaves_nothing() {
    let (cache, _) = cache();
    present(&cache, 1, 1, "a");
    present(&cache, 1, 2, "b");
    present(&cache, 2, 3, "c");
    cache.evict_account(account(1));
    assert_eq!(cache.ids(), [(account(2), key_id(3))]);
    assert_eq!(cache.evictions(Eviction::AccountDeleted), 2);
}

#[test]
fn what_came_later_is_found() {
    let (cache, _) = cache();
    present(&cache, 1, 1, "a");
    let came = cache.came();
    present(&cache, 1, 1, "a");
    present(&cache, 0, 2, "b");
    assert_eq!(cache.ids_since(came), [(account(0), key_id(2), life(2))]);
}

#[test]
fn protected_memory_is_used_where_there_is_some() {
    for (secret, memory) in [(true, KeyMemory::Secret), (false, KeyMemory::Locked)] {
        let limits = CacheLimits {
            bytes: Some(LEAST_BYTES),
            secret,
            ..CacheLimits::default()
        };
        let (_, clocks) = cache_of(1);
        let cache = limits.open(Arc::new(clocks)).unwrap();
        let found = cache.figures().memory;
        assert!(found == memory || found == KeyMemory::Locked, "{found:?}");
        present(&cache, 1, 1, "a");
        assert!(cache.holds(account(1), key_id(1)));
    }
}
