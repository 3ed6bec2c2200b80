//! The tree.

use keyfold_core::id::ScopeKind;
use keyfold_server::store::{Conflict, ScopeChange, Slice, Store};

use crate::{act, captured, conflict, founded, furnished, scope};

over_every_store!(a_platform_is_founded_once, a_scope_with_captured_keys_stays,);

async fn a_platform_is_founded_once(store: impl Store) {
    assert_eq!(store.platform().await.unwrap(), None);
    let root = founded(&store).await;
    assert_eq!(
        store.platform().await.unwrap(),
        Some(("Northwind".to_owned(), root.guid))
    );
    let second = scope(2, ScopeKind::Collection, None);
    assert_eq!(
        conflict(store.found_platform("Again", &second, &act()).await),
        Conflict::NameTaken
    );
    assert_eq!(store.lineage(second.guid).await.unwrap(), []);
}

async fn a_scope_with_captured_keys_stays(store: impl Store) {
    let (group, account, certificate) = furnished(&store).await;
    store
        .insert_captured(&[captured(20, account, &certificate)])
        .await
        .unwrap();
    assert_eq!(
        conflict(store.delete_scope(group.guid, &act()).await),
        Conflict::NotEmpty
    );
    assert_eq!(
        conflict(store.delete_account(account, &act()).await),
        Conflict::HasCapturedKeys
    );
    let mut elsewhere = scope(40, ScopeKind::Group, None);
    elsewhere.parent = group.parent;
    store.insert_scope(&elsewhere, &act()).await.unwrap();
    let change = ScopeChange {
        name: None,
        parent: Some(elsewhere.guid),
    };
    store.change_account(account, change, &act()).await.unwrap();
    assert_eq!(
        conflict(store.delete_scope(group.guid, &act()).await),
        Conflict::HasCapturedKeys
    );
    let listed = store.captured_below(group.guid, Slice::first(10)).await;
    assert_eq!(listed.unwrap().rows.len(), 1);
}
