//! What every store does, whatever database lies beneath. Each test takes an empty store.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;

use keyfold_api::agents::{BackupId, BackupOutcome};
use keyfold_api::captured_keys::CapturedKeyId;
use keyfold_api::requests::{RequestId, RequestState};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, KeyId, ScopeGuid, ScopeKind};
use keyfold_postgres::Cluster;
use keyfold_server::cache::LifeId;
use keyfold_server::store::sql::SqlStore;
use keyfold_server::store::{
    BackupRow, CaptureRow, CertificateRow, Conflict, EndedBackup, RecoveryRow, RequestRow,
    ScopeChange, ScopeRow, Slice, Store, StoreError,
};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

/// Runs each test over `SQLite` and over Postgres.
macro_rules! over_every_store {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            use super::*;
            $(
                #[tokio::test]
                async fn $test() {
                    let directory = tempfile::tempdir().unwrap();
                    let file = directory.path().join("test.sqlite");
                    super::$test(SqlStore::open(&file, true).await.unwrap()).await;
                }
            )*
        }
        mod postgres {
            use super::*;
            $(
                #[tokio::test]
                async fn $test() {
                    let address = Cluster::shared().unwrap().database().unwrap();
                    super::$test(SqlStore::connect(&address).await.unwrap()).await;
                }
            )*
        }
    };
}

over_every_store!(
    a_platform_is_founded_once,
    a_deep_tree_is_listed_parents_first,
    parallel_moves_never_make_a_cycle,
    one_certificate_of_a_scope_is_active,
    an_upload_settles_the_request_it_answers,
    a_retry_makes_no_second_row,
    the_oldest_and_the_newest_of_a_key_id_are_kept,
    keys_of_accounts_that_are_gone_are_left_out,
    an_end_and_its_captures_are_stored_together,
    a_scope_with_captured_keys_stays,
    the_record_of_recoveries_only_grows,
);

fn conflict<T>(result: Result<T, StoreError>) -> Conflict {
    match result {
        Err(StoreError::Conflict(conflict)) => conflict,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was done"),
    }
}

fn draw<T>(seed: u64, random: impl FnOnce(&mut StdRng) -> T) -> T {
    random(&mut StdRng::seed_from_u64(seed))
}

fn scope(seed: u64, kind: ScopeKind, parent: Option<&ScopeRow>) -> ScopeRow {
    ScopeRow {
        guid: draw(seed, ScopeGuid::random),
        kind,
        name: format!("scope {seed}"),
        parent: parent.map(|parent| parent.guid),
    }
}

async fn founded(store: &impl Store) -> ScopeRow {
    let root = scope(1, ScopeKind::Collection, None);
    store.found_platform("Northwind", &root).await.unwrap();
    root
}

/// A Group in the root with one account, and a certificate of that Group.
async fn furnished(store: &impl Store) -> (ScopeRow, AccountId, CertificateRow) {
    let root = founded(store).await;
    let group = scope(2, ScopeKind::Group, Some(&root));
    store.insert_scope(&group).await.unwrap();
    let account = draw(3, AccountId::random);
    store
        .insert_account(account, "theatre-1", group.guid)
        .await
        .unwrap();
    let certificate = certificate(&group, 1);
    store.activate(&certificate, None).await.unwrap();
    (group, account, certificate)
}

fn certificate(scope: &ScopeRow, number: u8) -> CertificateRow {
    CertificateRow {
        fingerprint: Fingerprint::of(&[number]),
        scope: scope.guid,
        spki_fingerprint: Fingerprint::of(&[number, number]),
        der: vec![number],
        not_before: NOW,
        not_after: NOW + Duration::days(100),
        uploaded_at: NOW,
        uploaded_by: "Ann".to_owned(),
        superseded: false,
    }
}

fn captured(seed: u64, account: AccountId, certificate: &CertificateRow) -> CaptureRow {
    CaptureRow {
        id: draw(seed, CapturedKeyId::random),
        account,
        key_id: draw(9, KeyId::random),
        certificate: certificate.fingerprint,
        life: draw(seed, LifeId::random),
        captured_at: NOW,
        content: vec![1, 2, 3],
    }
}

async fn a_platform_is_founded_once(store: impl Store) {
    assert_eq!(store.platform().await.unwrap(), None);
    let root = founded(&store).await;
    assert_eq!(
        store.platform().await.unwrap(),
        Some(("Northwind".to_owned(), root.guid))
    );
    let second = scope(2, ScopeKind::Collection, None);
    assert_eq!(
        conflict(store.found_platform("Again", &second).await),
        Conflict::NameTaken
    );
    assert_eq!(store.lineage(second.guid).await.unwrap(), []);
}

async fn a_deep_tree_is_listed_parents_first(store: impl Store) {
    let mut way = vec![founded(&store).await];
    for seed in 10..60 {
        let next = scope(seed, ScopeKind::Collection, way.last());
        store.insert_scope(&next).await.unwrap();
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
    store.insert_scope(&a).await.unwrap();
    store.insert_scope(&b).await.unwrap();
    let into = |parent: &ScopeRow| ScopeChange {
        name: None,
        parent: Some(parent.guid),
    };
    for _ in 0..20 {
        let both = tokio::join!(
            store.change_scope(a.guid, into(&b)),
            store.change_scope(b.guid, into(&a)),
        );
        assert!(
            both.0.is_ok() != both.1.is_ok(),
            "one of them comes first, and the other is refused"
        );
        assert_eq!(store.scopes_below(root.guid).await.unwrap().len(), 3);
        for moved in [&a, &b] {
            store.change_scope(moved.guid, into(&root)).await.unwrap();
        }
    }
}

async fn one_certificate_of_a_scope_is_active(store: impl Store) {
    let (group, _, first) = furnished(&store).await;
    let second = certificate(&group, 2);
    for wrong in [None, Some(second.fingerprint)] {
        assert_eq!(
            conflict(store.activate(&second, wrong).await),
            Conflict::ReplacesAnother
        );
    }
    assert_eq!(
        store.present_below(group.guid).await.unwrap(),
        std::slice::from_ref(&first)
    );
    store
        .activate(&second, Some(first.fingerprint))
        .await
        .unwrap();
    store.activate(&second, None).await.unwrap();
    assert_eq!(
        store.present_above(group.guid).await.unwrap(),
        std::slice::from_ref(&second)
    );
    assert_eq!(
        conflict(store.activate(&first, Some(second.fingerprint)).await),
        Conflict::Superseded
    );
    let both = store
        .certificates_of(group.guid, Slice::first(10))
        .await
        .unwrap();
    assert_eq!(both.next, None);
    assert_eq!(
        both.rows
            .iter()
            .map(|row| row.superseded)
            .collect::<Vec<_>>(),
        [false, true]
    );
}

async fn an_upload_settles_the_request_it_answers(store: impl Store) {
    let root = founded(&store).await;
    let asked = |scope: &ScopeRow, number: u8| RequestRow {
        id: draw(u64::from(number), RequestId::random),
        scope: scope.guid,
        requester: "ann".to_owned(),
        requester_name: "Ann".to_owned(),
        submitted_at: NOW,
        spki_fingerprint: certificate(scope, number).spki_fingerprint,
        request: "PEM".to_owned(),
        state: RequestState::Waiting,
    };
    let answered = scope(2, ScopeKind::Group, Some(&root));
    let other_key = scope(3, ScopeKind::Group, Some(&root));
    for (scope, number) in [(&answered, 1), (&other_key, 2)] {
        store.insert_scope(scope).await.unwrap();
        store.insert_request(&asked(scope, number)).await.unwrap();
    }
    for (scope, number) in [(&answered, 1), (&other_key, 7)] {
        let upload = certificate(scope, number);
        store.activate(&upload, None).await.unwrap();
    }
    let state = async |scope: &ScopeRow| {
        let requests = store.requests_below(scope.guid).await.unwrap();
        requests[0].state.clone()
    };
    assert!(matches!(
        state(&answered).await,
        RequestState::Signed { uploaded: true, .. }
    ));
    assert_eq!(state(&other_key).await, RequestState::Waiting);
}

async fn a_retry_makes_no_second_row(store: impl Store) {
    let (_, account, certificate) = furnished(&store).await;
    let first = captured(20, account, &certificate);
    let retry = CaptureRow {
        life: first.life,
        ..captured(21, account, &certificate)
    };
    assert_eq!(
        store
            .insert_captured(std::slice::from_ref(&first))
            .await
            .unwrap(),
        1
    );
    assert_eq!(store.insert_captured(&[retry]).await.unwrap(), 0);
    let stored = store.captured_of_account(account).await.unwrap();
    assert_eq!(
        stored.iter().map(|row| row.id).collect::<Vec<_>>(),
        [first.id]
    );
    assert_eq!(
        store.captured_key(first.id).await.unwrap().unwrap().content,
        first.content
    );
}

async fn the_oldest_and_the_newest_of_a_key_id_are_kept(store: impl Store) {
    let (_, account, certificate) = furnished(&store).await;
    let mut other = captured(29, account, &certificate);
    other.key_id = draw(8, KeyId::random);
    store
        .insert_captured(std::slice::from_ref(&other))
        .await
        .unwrap();
    let rows: Vec<CaptureRow> = (20..25)
        .map(|seed| captured(seed, account, &certificate))
        .collect();
    for row in &rows {
        let again = [row.clone(), row.clone()];
        assert_eq!(store.insert_captured(&again).await.unwrap(), 1);
        assert_eq!(store.insert_captured(&again).await.unwrap(), 0);
    }
    let kept = store.captured_of_account(account).await.unwrap();
    assert_eq!(
        kept.iter().map(|row| row.id).collect::<Vec<_>>(),
        [rows[4].id, rows[0].id, other.id]
    );
    let to = certificate.fingerprint;
    let lives = store.lives_captured_to(to).await.unwrap();
    assert_eq!(
        lives,
        HashSet::from([rows[0].life, rows[4].life, other.life])
    );
    let holding = async |life| {
        let key_id = rows[0].key_id;
        store
            .certificates_holding(account, key_id, life)
            .await
            .unwrap()
    };
    assert_eq!(holding(rows[4].life).await, [to]);
    assert_eq!(holding(rows[3].life).await, []);
}

async fn keys_of_accounts_that_are_gone_are_left_out(store: impl Store) {
    let (group, account, certificate) = furnished(&store).await;
    let gone = draw(50, AccountId::random);
    let mut rows: Vec<CaptureRow> = (100..1700)
        .map(|seed| CaptureRow {
            key_id: draw(seed, KeyId::random),
            ..captured(seed, account, &certificate)
        })
        .collect();
    rows[700].account = gone;
    let stored = store.insert_captured(&rows).await.unwrap();
    assert_eq!(stored as usize, rows.len() - 1);
    let covered = store.accounts_covered(group.guid).await.unwrap();
    assert_eq!(covered, HashSet::from([account]));
}

async fn an_end_and_its_captures_are_stored_together(store: impl Store) {
    let (group, account, certificate) = furnished(&store).await;
    let row = captured(20, account, &certificate);
    let backup = BackupRow {
        id: draw(30, BackupId::random),
        account,
        key_id: row.key_id,
        started_at: NOW,
        outcome: None,
    };
    store.start_backup(&backup).await.unwrap();
    let ended = EndedBackup {
        outcome: BackupOutcome::Completed,
        exit_code: Some(3),
        ended_at: NOW,
    };
    let mut lost = row.clone();
    lost.certificate = Fingerprint::of(b"no such certificate");
    assert!(
        store
            .end_backup(backup.id, ended, &[row.clone(), lost])
            .await
            .is_err()
    );
    assert_eq!(
        store.captured_of_account(account).await.unwrap(),
        [],
        "all or nothing"
    );
    assert_eq!(
        store.backup(backup.id).await.unwrap().unwrap().outcome,
        None
    );
    assert_eq!(
        store
            .account(account)
            .await
            .unwrap()
            .unwrap()
            .last_backup_at,
        None
    );

    store
        .end_backup(backup.id, ended, std::slice::from_ref(&row))
        .await
        .unwrap();
    let later = EndedBackup {
        ended_at: NOW + Duration::HOUR,
        ..ended
    };
    store.end_backup(backup.id, later, &[row]).await.unwrap();
    let failed = EndedBackup {
        outcome: BackupOutcome::Failed,
        ..ended
    };
    assert_eq!(
        conflict(store.end_backup(backup.id, failed, &[]).await),
        Conflict::BackupEnded
    );
    let account = store.account(account).await.unwrap().unwrap();
    assert_eq!(account.last_backup_at, Some(NOW));
    assert_eq!(account.captured_to, [group.guid]);
    assert_eq!(store.accounts_below(group.guid).await.unwrap(), [account]);
}

async fn a_scope_with_captured_keys_stays(store: impl Store) {
    let (group, account, certificate) = furnished(&store).await;
    store
        .insert_captured(&[captured(20, account, &certificate)])
        .await
        .unwrap();
    assert_eq!(
        conflict(store.delete_scope(group.guid).await),
        Conflict::NotEmpty
    );
    assert_eq!(
        conflict(store.delete_account(account).await),
        Conflict::HasCapturedKeys
    );
    let mut elsewhere = scope(40, ScopeKind::Group, None);
    elsewhere.parent = group.parent;
    store.insert_scope(&elsewhere).await.unwrap();
    let change = ScopeChange {
        name: None,
        parent: Some(elsewhere.guid),
    };
    store.change_account(account, change).await.unwrap();
    assert_eq!(
        conflict(store.delete_scope(group.guid).await),
        Conflict::HasCapturedKeys
    );
    assert_eq!(store.captured_below(group.guid).await.unwrap().len(), 1);
}

async fn the_record_of_recoveries_only_grows(store: impl Store) {
    let (_, account, certificate) = furnished(&store).await;
    let row = captured(20, account, &certificate);
    store
        .insert_captured(std::slice::from_ref(&row))
        .await
        .unwrap();
    let summary = store.captured_key(row.id).await.unwrap().unwrap().summary;
    for reason in ["first", "second"] {
        let recovery = RecoveryRow {
            recovered_at: NOW,
            user: "ann".to_owned(),
            summary: summary.clone(),
            reason: reason.to_owned(),
        };
        store.record_recovery(&recovery).await.unwrap();
    }
    let recorded = store.recoveries().await.unwrap();
    let reasons: Vec<_> = recorded.iter().map(|row| row.reason.as_str()).collect();
    assert_eq!(reasons, ["first", "second"]);
    assert!(
        recorded
            .iter()
            .all(|row| row.account == account && row.account_name == "theatre-1")
    );
}
