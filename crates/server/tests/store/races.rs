//! What two do at the same moment.

use keyfold_api::agents::{BackupId, BackupOutcome};
use keyfold_core::id::{AccountId, ScopeKind};
use keyfold_server::store::{
    BackupRow, CaptureRow, Conflict, EndedBackup, ScopeChange, Slice, Store, StoreError,
};

use crate::{NOW, act, captured, certificate, conflict, draw, furnished, scope};

over_every_store!(
    a_backup_ends_once,
    a_backup_that_ends_after_an_upload_is_captured_to_it,
    a_backup_that_ends_after_a_move_is_not_captured_where_the_account_lay,
    an_account_is_deleted_or_backed_up,
    an_account_is_deleted_or_its_key_is_captured,
    captures_at_the_same_moment_leave_the_oldest_and_the_newest,
);

const ROUNDS: u64 = 12;

async fn started(store: &impl Store, seed: u64, account: AccountId) -> BackupRow {
    let backup = BackupRow {
        id: draw(seed, BackupId::random),
        account,
        key_id: captured(
            9,
            account,
            &certificate(&scope(2, ScopeKind::Group, None), 1),
        )
        .key_id,
        generated: true,
        started_at: NOW,
        outcome: None,
    };
    store.start_backup(&backup).await.unwrap();
    backup
}

fn ended(outcome: BackupOutcome) -> EndedBackup<'static> {
    EndedBackup {
        outcome,
        exit_code: Some(0),
        bytes: None,
        repository: None,
        ended_at: NOW,
    }
}

async fn a_backup_ends_once(store: impl Store) {
    let (_, account, certificate) = furnished(&store).await;
    let present = [certificate.fingerprint];
    for seed in 0..ROUNDS {
        let backup = started(&store, 100 + seed, account).await;
        let end = |outcome| store.end_backup(backup.id, ended(outcome), &[], &present);
        let (completed, failed) =
            tokio::join!(end(BackupOutcome::Completed), end(BackupOutcome::Failed));
        let (outcome, other) = if completed.is_ok() {
            (BackupOutcome::Completed, failed)
        } else {
            (BackupOutcome::Failed, completed)
        };
        assert_eq!(conflict(other), Conflict::BackupEnded);
        let backup = store.backup(backup.id).await.unwrap().unwrap();
        assert_eq!(backup.outcome, Some(outcome));
    }
}

async fn a_backup_that_ends_after_an_upload_is_captured_to_it(store: impl Store) {
    let (group, account, first) = furnished(&store).await;
    let backup = started(&store, 100, account).await;
    let second = certificate(&group, 2);
    let to_first = [captured(20, account, &first)];
    store
        .activate(&second, Some(first.fingerprint), &act())
        .await
        .unwrap();
    let completed = ended(BackupOutcome::Completed);
    for (rows, present) in [
        (&to_first[..], vec![first.fingerprint]),
        (&to_first[..], vec![second.fingerprint]),
        (&[][..], vec![]),
    ] {
        let end = store.end_backup(backup.id, completed, rows, &present);
        assert_eq!(conflict(end.await), Conflict::CertificatesChanged);
    }
    let unchanged = store.backup(backup.id).await.unwrap().unwrap();
    assert_eq!(unchanged.outcome, None, "all or nothing");
    let rows = [captured(20, account, &second)];
    store
        .end_backup(backup.id, completed, &rows, &[second.fingerprint])
        .await
        .unwrap();
}

async fn a_backup_that_ends_after_a_move_is_not_captured_where_the_account_lay(store: impl Store) {
    let (group, account, certificate) = furnished(&store).await;
    let backup = started(&store, 100, account).await;
    let mut elsewhere = scope(40, ScopeKind::Group, None);
    elsewhere.parent = group.parent;
    store.insert_scope(&elsewhere, &act()).await.unwrap();
    let change = ScopeChange {
        name: None,
        parent: Some(elsewhere.guid),
    };
    store.change_account(account, change, &act()).await.unwrap();
    let completed = ended(BackupOutcome::Completed);
    let rows = [captured(20, account, &certificate)];
    let present = [certificate.fingerprint];
    let end = store.end_backup(backup.id, completed, &rows, &present);
    assert_eq!(conflict(end.await), Conflict::CertificatesChanged);
    store
        .end_backup(backup.id, completed, &[], &[])
        .await
        .unwrap();
}

async fn an_account_is_deleted_or_backed_up(store: impl Store) {
    let (group, ..) = furnished(&store).await;
    let act = act();
    for seed in 0..ROUNDS {
        let account = draw(200 + seed, AccountId::random);
        store
            .insert_account(account, "short-lived", group.guid, &act)
            .await
            .unwrap();
        let backup = BackupRow {
            id: draw(300 + seed, BackupId::random),
            account,
            key_id: draw(9, keyfold_core::id::KeyId::random),
            generated: true,
            started_at: NOW,
            outcome: None,
        };
        let (deleted, started) = tokio::join!(
            store.delete_account(account, &act),
            store.start_backup(&backup)
        );
        deleted.unwrap();
        if let Err(error) = started {
            assert!(
                matches!(error, StoreError::Conflict(Conflict::Missing)),
                "{error}"
            );
        }
        assert_eq!(store.account(account).await.unwrap(), None);
        assert_eq!(store.backup(backup.id).await.unwrap(), None);
    }
}

async fn an_account_is_deleted_or_its_key_is_captured(store: impl Store) {
    let (group, _, certificate) = furnished(&store).await;
    let act = act();
    for seed in 0..ROUNDS {
        let account = draw(200 + seed, AccountId::random);
        store
            .insert_account(account, "short-lived", group.guid, &act)
            .await
            .unwrap();
        let rows = [captured(300 + seed, account, &certificate)];
        let (deleted, stored) = tokio::join!(
            store.delete_account(account, &act),
            store.insert_captured(&rows)
        );
        match stored.unwrap() {
            0 => deleted.unwrap(),
            _ => assert_eq!(conflict(deleted), Conflict::HasCapturedKeys),
        }
    }
}

async fn captures_at_the_same_moment_leave_the_oldest_and_the_newest(store: impl Store) {
    let (group, account, certificate) = furnished(&store).await;
    for round in 0..ROUNDS {
        let row = |seed| [captured(1000 + round * 10 + seed, account, &certificate)];
        let rows: [[CaptureRow; 1]; 4] = [row(0), row(1), row(2), row(3)];
        let (a, b, c, d) = tokio::join!(
            store.insert_captured(&rows[0]),
            store.insert_captured(&rows[1]),
            store.insert_captured(&rows[2]),
            store.insert_captured(&rows[3])
        );
        for new in [a, b, c, d] {
            assert_eq!(new.unwrap(), 1);
        }
        let kept = store.captured_of_account(account, group.guid, Slice::first(10));
        assert_eq!(
            kept.await.unwrap().rows.len(),
            2,
            "the oldest and the newest"
        );
    }
}
