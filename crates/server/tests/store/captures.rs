//! Backups, captured keys, recoveries.

use std::collections::HashSet;

use keyfold_api::agents::{BackupId, BackupOutcome};
use keyfold_api::captured_keys::CapturedKeySummary;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, KeyId};
use keyfold_server::store::{
    BackupRow, CaptureRow, CertificateRow, Conflict, EndedBackup, Slice, Store,
};
use time::Duration;

use crate::{NOW, captured, conflict, draw, furnished};

over_every_store!(
    a_retry_makes_no_second_row,
    the_oldest_and_the_newest_of_a_key_id_are_kept,
    keys_of_accounts_that_are_gone_are_left_out,
    an_end_and_its_captures_are_stored_together,
    a_changed_key_is_stored_as_what_it_is,
    backups_that_began_in_one_second_are_told_one_by_one,
);

async fn captured_keys(
    store: &impl Store,
    account: AccountId,
    certificate: &CertificateRow,
) -> Vec<CapturedKeySummary> {
    let listed = store
        .captured_of_account(account, certificate.scope, Slice::first(10))
        .await;
    listed.unwrap().rows
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
    let stored = captured_keys(&store, account, &certificate).await;
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
    let kept = captured_keys(&store, account, &certificate).await;
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

async fn backups_that_began_in_one_second_are_told_one_by_one(store: impl Store) {
    let (_, account, _) = furnished(&store).await;
    for seed in 60..65 {
        let backup = BackupRow {
            id: draw(seed, BackupId::random),
            account,
            key_id: draw(70, KeyId::random),
            generated: true,
            started_at: NOW + Duration::seconds(i64::from(seed == 64)),
            outcome: None,
        };
        store.start_backup(&backup).await.unwrap();
    }
    let whole = store.backups_of(account, Slice::first(10)).await.unwrap();
    assert_eq!((whole.rows.len(), whole.next), (5, None));
    assert_eq!(whole.rows[0].started_at, NOW + Duration::SECOND);
    let (mut one_by_one, mut slice) = (Vec::new(), Slice::first(1));
    loop {
        let part = store.backups_of(account, slice).await.unwrap();
        one_by_one.extend(part.rows);
        let Some(after) = part.next else { break };
        slice = Slice { after, limit: 1 };
    }
    assert_eq!(one_by_one, whole.rows);
}

async fn a_changed_key_is_stored_as_what_it_is(store: impl Store) {
    let (_, account, certificate) = furnished(&store).await;
    let row = captured(21, account, &certificate);
    let change = BackupRow {
        id: draw(31, BackupId::random),
        account,
        key_id: row.key_id,
        generated: true,
        started_at: NOW,
        outcome: None,
    };
    store.start_backup(&change).await.unwrap();
    let ended = EndedBackup {
        outcome: BackupOutcome::KeyChanged,
        exit_code: None,
        bytes: None,
        repository: None,
        ended_at: NOW,
    };
    let present = [certificate.fingerprint];
    let end = |outcome| {
        let ended = EndedBackup { outcome, ..ended };
        store.end_backup(change.id, ended, std::slice::from_ref(&row), &present)
    };
    end(BackupOutcome::KeyChanged).await.unwrap();
    end(BackupOutcome::KeyChanged).await.unwrap();
    assert_eq!(
        conflict(end(BackupOutcome::Completed).await),
        Conflict::BackupEnded
    );
    let stored = store.backup(change.id).await.unwrap().unwrap();
    assert_eq!(stored.outcome, Some(BackupOutcome::KeyChanged));
    let stored = store.account(account).await.unwrap().unwrap();
    assert_eq!(stored.last_backup_at, None);
    assert_eq!(captured_keys(&store, account, &certificate).await.len(), 1);
}

async fn an_end_and_its_captures_are_stored_together(store: impl Store) {
    let (group, account, certificate) = furnished(&store).await;
    let row = captured(20, account, &certificate);
    let backup = BackupRow {
        id: draw(30, BackupId::random),
        account,
        key_id: row.key_id,
        generated: true,
        started_at: NOW,
        outcome: None,
    };
    store.start_backup(&backup).await.unwrap();
    let ended = EndedBackup {
        outcome: BackupOutcome::Completed,
        exit_code: Some(3),
        bytes: None,
        repository: None,
        ended_at: NOW,
    };
    let present = [certificate.fingerprint];
    let mut lost = row.clone();
    lost.certificate = Fingerprint::of(b"no such certificate");
    assert!(
        store
            .end_backup(backup.id, ended, &[row.clone(), lost], &present)
            .await
            .is_err()
    );
    assert_eq!(
        captured_keys(&store, account, &certificate).await,
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
        .end_backup(backup.id, ended, std::slice::from_ref(&row), &present)
        .await
        .unwrap();
    let later = EndedBackup {
        ended_at: NOW + Duration::HOUR,
        ..ended
    };
    store
        .end_backup(backup.id, later, &[row], &present)
        .await
        .unwrap();
    let failed = EndedBackup {
        outcome: BackupOutcome::Failed,
        ..ended
    };
    assert_eq!(
        conflict(store.end_backup(backup.id, failed, &[], &[]).await),
        Conflict::BackupEnded
    );
    let account = store.account(account).await.unwrap().unwrap();
    assert_eq!(account.last_backup_at, Some(NOW));
    assert_eq!(account.captured_to, [group.guid]);
    let listed = store.accounts_of(group.guid, Slice::first(10)).await;
    assert_eq!(listed.unwrap().rows, [account]);
}
