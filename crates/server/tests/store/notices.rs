//! What the others are told.

use std::time::Duration;

use keyfold_core::id::{AccountId, ScopeKind};
use keyfold_postgres::Cluster;
use keyfold_server::store::sql::SqlStore;
use keyfold_server::store::{
    Notice, NoticeStore as _, Notices, ScopeChange, ScopeStore as _, Store, Told,
};
use tokio::time::timeout;

use crate::{act, captured, certificate, draw, founded, furnished, scope};

over_every_store!(
    what_is_committed_is_told_in_order,
    what_fails_is_not_told,
    captured_keys_are_told_together,
    activations_are_numbered,
);

async fn next(notices: &mut Notices) -> Told {
    let told = timeout(Duration::from_mins(1), notices.next()).await;
    told.expect("nothing was told").expect("the store is gone")
}

async fn what_is_committed_is_told_in_order(store: impl Store) {
    let root = founded(&store).await;
    let mut notices = store.notices().await.unwrap();
    let group = scope(2, ScopeKind::Group, Some(&root));
    let account = draw(3, AccountId::random);
    let upload = certificate(&group, 1);
    store.insert_scope(&group, &act()).await.unwrap();
    store
        .insert_account(account, "theatre-1", group.guid, &act())
        .await
        .unwrap();
    store.activate(&upload, None, &act()).await.unwrap();
    store.delete_account(account, &act()).await.unwrap();
    let account_changed = Notice::AccountChanged {
        account,
        groups: vec![group.guid],
    };
    let expected = [
        Notice::ScopeChanged {
            scope: group.guid,
            parents: vec![root.guid],
        },
        account_changed.clone(),
        Notice::CertificateActivated {
            scope: group.guid,
            certificate: upload.fingerprint,
        },
        account_changed,
    ];
    for notice in expected {
        let told = next(&mut notices).await;
        assert_eq!(told.notice, notice);
        assert!(!told.elsewhere);
    }
}

async fn what_fails_is_not_told(store: impl Store) {
    let (group, account, _) = furnished(&store).await;
    let mut notices = store.notices().await.unwrap();
    let second = certificate(&group, 2);
    store.activate(&second, None, &act()).await.unwrap_err();
    store.delete_scope(group.guid, &act()).await.unwrap_err();
    store.delete_account(account, &act()).await.unwrap();
    assert!(matches!(
        next(&mut notices).await.notice,
        Notice::AccountChanged { .. }
    ));
}

async fn captured_keys_are_told_together(store: impl Store) {
    let (group, account, certificate) = furnished(&store).await;
    let mut notices = store.notices().await.unwrap();
    let rows = [captured(20, account, &certificate)];
    for _ in 0..10 {
        store.insert_captured(&rows).await.unwrap();
    }
    let change = ScopeChange {
        name: Some("renamed"),
        parent: None,
    };
    let captured = Notice::KeysCaptured {
        scopes: vec![group.guid],
    };
    assert_eq!(next(&mut notices).await.notice, captured);
    store.change_account(account, change, &act()).await.unwrap();
    assert!(matches!(
        next(&mut notices).await.notice,
        Notice::AccountChanged { .. }
    ));
}

async fn activations_are_numbered(store: impl Store) {
    assert_eq!(store.last_activation().await.unwrap(), 0);
    let (group, _, first) = furnished(&store).await;
    let number = store.last_activation().await.unwrap();
    let all = store.activated_after(0).await.unwrap();
    assert_eq!(all, [(number, first.clone())]);
    assert_eq!(store.activated_after(number).await.unwrap(), []);
    let second = certificate(&group, 2);
    store
        .activate(&second, Some(first.fingerprint), &act())
        .await
        .unwrap();
    let later = store.activated_after(0).await.unwrap();
    assert_eq!(
        later.iter().map(|(_, row)| row).collect::<Vec<_>>(),
        [&second]
    );
    assert_eq!(later[0].0, store.last_activation().await.unwrap());
    assert!(later[0].0 > number);
}

/// Two processes on one database, as far as the store is concerned.
async fn two_on_one_database() -> (SqlStore, SqlStore, String) {
    let address = Cluster::shared().unwrap().database().unwrap();
    let one = SqlStore::connect(&address).await.unwrap();
    let other = SqlStore::connect(&address).await.unwrap();
    let database = address.path().trim_start_matches('/').to_owned();
    (one, other, database)
}

#[tokio::test]
async fn what_one_does_is_told_to_the_other() {
    let (one, other, _) = two_on_one_database().await;
    let mut at_one = one.notices().await.unwrap();
    let mut at_other = other.notices().await.unwrap();
    let (_, _, certificate) = furnished(&one).await;
    let activated = Notice::CertificateActivated {
        scope: certificate.scope,
        certificate: certificate.fingerprint,
    };
    for (notices, elsewhere) in [(&mut at_one, false), (&mut at_other, true)] {
        let mut told = next(notices).await;
        while told.notice != activated {
            told = next(notices).await;
        }
        assert_eq!(told.elsewhere, elsewhere);
    }
}

#[tokio::test]
async fn a_lost_connection_is_made_again_and_said() {
    let (one, other, database) = two_on_one_database().await;
    let root = founded(&one).await;
    let mut notices = other.notices().await.unwrap();
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' \
                AND datname = current_database()";
    let killed = Cluster::shared()
        .unwrap()
        .client("psql")
        .args(["-At", "-c", kill, &database])
        .output();
    assert_eq!(String::from_utf8(killed.unwrap().stdout).unwrap(), "t\n");
    assert_eq!(next(&mut notices).await.notice, Notice::Resumed);
    let group = scope(2, ScopeKind::Group, Some(&root));
    one.insert_scope(&group, &act()).await.unwrap();
    assert!(matches!(
        next(&mut notices).await,
        Told {
            notice: Notice::ScopeChanged { .. },
            elsewhere: true
        }
    ));
}
