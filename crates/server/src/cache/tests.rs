use time::macros::datetime;
use zeroize::Zeroizing;

use super::*;

const START: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

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

#[test]
fn a_key_stays_seven_days_after_the_last_backup_and_no_longer() {
    let cache = KeyCache::new().unwrap();
    cache
        .present(account(1), key_id(1), &key("a"), START)
        .unwrap();
    let second = START + Duration::days(5);
    cache.touch(account(1), key_id(1), second);
    assert!(
        cache
            .key(account(1), key_id(1), second + LIFE)
            .unwrap()
            .same_as(&key("a"))
    );
    assert!(
        cache
            .key(account(1), key_id(1), second + LIFE + Duration::SECOND)
            .is_none()
    );
    assert!(
        !cache.holds(account(1), key_id(1), second),
        "it is wiped, not hidden"
    );
}

#[test]
fn a_clock_that_jumps_back_does_not_shorten_a_life() {
    let cache = KeyCache::new().unwrap();
    cache
        .present(account(1), key_id(1), &key("a"), START)
        .unwrap();
    cache.touch(account(1), key_id(1), START - Duration::days(30));
    assert!(cache.holds(account(1), key_id(1), START));
}

#[test]
fn one_key_id_names_one_key() {
    let cache = KeyCache::new().unwrap();
    cache
        .present(account(1), key_id(1), &key("a"), START)
        .unwrap();
    cache
        .present(account(1), key_id(1), &key("a"), START)
        .unwrap();
    let refused = cache.present(account(1), key_id(1), &key("b"), START);
    assert!(matches!(refused, Err(PresentError::AnotherKey)));
    assert!(
        cache
            .key(account(1), key_id(1), START)
            .unwrap()
            .same_as(&key("a"))
    );
    cache
        .present(account(2), key_id(1), &key("b"), START)
        .unwrap();
}

#[test]
fn an_account_has_so_many_keys_and_the_oldest_goes_first() {
    let cache = KeyCache::new().unwrap();
    for n in 0..=u8::try_from(MAX_KEYS_OF_ACCOUNT).unwrap() {
        let now = START + Duration::minutes(i64::from(n));
        cache
            .present(account(1), key_id(n), &key(&n.to_string()), now)
            .unwrap();
    }
    cache
        .present(account(2), key_id(0), &key("x"), START)
        .unwrap();
    let ids = cache.ids(START);
    assert_eq!(ids.len(), MAX_KEYS_OF_ACCOUNT + 1);
    assert!(!ids.contains(&(account(1), key_id(0))));
    assert!(ids.contains(&(account(2), key_id(0))));
}

#[test]
fn a_deleted_account_leaves_nothing() {
    let cache = KeyCache::new().unwrap();
    cache
        .present(account(1), key_id(1), &key("a"), START)
        .unwrap();
    cache
        .present(account(1), key_id(2), &key("b"), START)
        .unwrap();
    cache
        .present(account(2), key_id(3), &key("c"), START)
        .unwrap();
    cache.evict_account(account(1));
    assert_eq!(cache.ids(START), [(account(2), key_id(3))]);
}
