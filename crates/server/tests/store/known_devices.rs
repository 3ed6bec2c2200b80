//! Devices that people signed in from.

use keyfold_server::store::Store;
use time::{Duration, OffsetDateTime};

use super::{NOW, act, peopled};

over_every_store!(
    a_device_is_known_for_its_user_and_its_time,
    the_oldest_are_forgotten,
    a_new_password_forgets_all,
);

async fn remember(store: &impl Store, token: &[u8], user: &str, at: OffsetDateTime) {
    store.remember_device(token, user, 3, at).await.unwrap();
}

async fn knows(store: &impl Store, token: &[u8], user: &str) -> bool {
    let since = NOW - Duration::DAY;
    store.knows_device(token, user, since).await.unwrap()
}

async fn a_device_is_known_for_its_user_and_its_time(store: impl Store) {
    peopled(&store).await;
    remember(&store, b"desk", "ann", NOW).await;
    remember(&store, b"attic", "ann", NOW - Duration::DAY).await;
    remember(&store, b"nobody's", "nobody", NOW).await;
    assert!(knows(&store, b"desk", "ann").await);
    assert!(!knows(&store, b"desk", "bob").await);
    assert!(!knows(&store, b"attic", "ann").await, "too long ago");
    assert!(!knows(&store, b"nobody's", "nobody").await);
    remember(&store, b"attic", "ann", NOW).await;
    assert!(knows(&store, b"attic", "ann").await);
    remember(&store, b"desk", "bob", NOW).await;
    assert!(!knows(&store, b"desk", "bob").await, "it is ann's");
}

async fn the_oldest_are_forgotten(store: impl Store) {
    peopled(&store).await;
    remember(&store, b"bob's", "bob", NOW - Duration::HOUR).await;
    for (minutes, token) in [(4, b"1"), (3, b"2"), (2, b"3"), (1, b"4")] {
        remember(&store, token, "ann", NOW - Duration::minutes(minutes)).await;
    }
    assert!(!knows(&store, b"1", "ann").await);
    for (token, user) in [(b"2", "ann"), (b"3", "ann"), (b"4", "ann")] {
        assert!(knows(&store, token, user).await);
    }
    assert!(knows(&store, b"bob's", "bob").await);
}

async fn a_new_password_forgets_all(store: impl Store) {
    peopled(&store).await;
    remember(&store, b"desk", "ann", NOW).await;
    remember(&store, b"bob's", "bob", NOW).await;
    store.change_password("ann", "hash", &act()).await.unwrap();
    assert!(!knows(&store, b"desk", "ann").await);
    assert!(knows(&store, b"bob's", "bob").await);
}
