//! The tree.

use keyfold_core::id::ScopeKind;
use keyfold_server::store::{Conflict, ScopeChange, ScopeRow, Store};

use crate::{act, captured, conflict, founded, furnished, scope};

over_every_store!(
    a_platform_is_founded_once,
    a_deep_tree_is_listed_parents_first,
    parallel_moves_never_make_a_cycle,
    a_scope_with_captured_keys_stays,
);

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

async fn a_deep_tree_is_listed_parents_first(store: impl Store) {
    let mut way = vec![founded(&store).await];
    for seed in 10..60 {
        let next = scope(seed, ScopeKind::Collection, way.last());
        store.insert_scope(&next, &act()).await.unwrap();
        way.push(next);
    }
    let listed = store.scopes_below(way[0].guid).await.unwrap();
    let listed: Vec<ScopeRow> = listed.into_iter().map(|node| node.row).collect();
    assert_eq!(listed, way);
    assert_eq!(store.lineage(way[50].guid).await.unwrap(), way);
    assert_eq!(store.scopes_below(way[49].guid).await.unwrap().len(), 2);
}

async fn parallel_moves_never_make_a_cycle(store: impl Store) {
    let root = founded(&store).await;
    let a = scope(2, ScopeKind::Collection, Some(&root));
    let b = scope(3, ScopeKind::Collection, Some(&root));
    store.insert_scope(&a, &act()).await.unwrap();
    store.insert_scope(&b, &act()).await.unwrap();
    let into = |parent: &ScopeRow| ScopeChange {
        name: None,
        parent: Some(parent.guid),
    };
    let act = act();
    for _ in 0..20 {
        let both = tokio::join!(
            store.change_scope(a.guid, into(&b), &act),
            store.change_scope(b.guid, into(&a), &act),
        );
        assert!(
            both.0.is_ok() != both.1.is_ok(),
            "one of them comes first, and the other is refused"
        );
        assert_eq!(store.scopes_below(root.guid).await.unwrap().len(), 3);
        for moved in [&a, &b] {
            store
                .change_scope(moved.guid, into(&root), &act)
                .await
                .unwrap();
        }
    }
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
    assert_eq!(store.captured_below(group.guid).await.unwrap().len(), 1);
}
