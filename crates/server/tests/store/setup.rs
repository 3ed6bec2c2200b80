//! The setup link and the first platform admin.

use keyfold_api::sessions::{Role, User};
use keyfold_server::store::{Conflict, Store, WayIn};
use time::Duration;

use super::{NOW, act, conflict, founded};

over_every_store!(
    a_link_takes_the_place_of_the_one_before_and_works_once,
    where_somebody_is_no_link_is_kept_or_used,
);

fn admin(name: &str, root: keyfold_core::id::ScopeGuid) -> User {
    User {
        name: name.to_owned(),
        display_name: name.to_owned(),
        role: Role::PlatformAdmin,
        scope: root,
    }
}

async fn a_link_takes_the_place_of_the_one_before_and_works_once(store: impl Store) {
    let ada = admin("ada", founded(&store).await.guid);
    let soon = NOW + Duration::SECOND;
    for link in [b"first", b"later"] {
        store.keep_setup_link(link, soon).await.unwrap();
    }
    assert!(!store.setup_link_works(b"first", NOW).await.unwrap());
    assert!(!store.setup_link_works(b"later", soon).await.unwrap());
    assert!(store.setup_link_works(b"later", NOW).await.unwrap());
    let replaced = store.set_up(b"first", &ada, "hash", &act()).await;
    assert_eq!(conflict(replaced), Conflict::Missing);
    assert!(!store.has_users().await.unwrap());

    store.set_up(b"later", &ada, "hash", &act()).await.unwrap();
    let row = store.user("ada").await.unwrap().unwrap();
    let hash = "hash".to_owned();
    assert_eq!((row.user, row.way_in), (ada, WayIn::Password { hash }));
    assert!(!store.setup_link_works(b"later", NOW).await.unwrap());
}

async fn where_somebody_is_no_link_is_kept_or_used(store: impl Store) {
    let root = founded(&store).await.guid;
    let soon = NOW + Duration::SECOND;
    store.keep_setup_link(b"link", soon).await.unwrap();
    let way_in = WayIn::OpenIdConnect;
    store
        .insert_user(&admin("ada", root), &way_in, &act())
        .await
        .unwrap();
    let used = store
        .set_up(b"link", &admin("eve", root), "hash", &act())
        .await;
    assert_eq!(conflict(used), Conflict::AlreadySetUp);
    let kept = store.keep_setup_link(b"link", soon).await;
    assert_eq!(conflict(kept), Conflict::AlreadySetUp);
    assert_eq!(store.user("eve").await.unwrap(), None);
}
