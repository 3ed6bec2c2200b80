//! Accounts that are marked because somebody was shown their key.

use keyfold_api::agents::{BackupId, BackupOutcome};
use keyfold_api::audit::{Act, Action};
use keyfold_core::id::{AccountId, KeyId};
use keyfold_server::store::{BackupRow, CaptureRow, CertificateRow, EndedBackup, Store};

use crate::{NOW, act, captured, draw, furnished};

over_every_store!(
    a_disclosed_key_marks_its_account_until_another_is_captured,
    a_key_that_another_took_the_place_of_marks_nothing,
);

/// A key is presented, and captured if its backup completes.
async fn backed_up(
    store: &impl Store,
    seed: u64,
    key: &CaptureRow,
    certificate: &CertificateRow,
    generated: bool,
) {
    let backup = BackupRow {
        id: draw(seed, BackupId::random),
        account: key.account,
        key_id: key.key_id,
        generated,
        started_at: NOW,
        outcome: None,
    };
    store.start_backup(&backup).await.unwrap();
    let ended = EndedBackup {
        outcome: BackupOutcome::Completed,
        exit_code: Some(0),
        bytes: None,
        repository: None,
        ended_at: NOW,
    };
    store
        .end_backup(
            backup.id,
            ended,
            std::slice::from_ref(key),
            &[certificate.fingerprint],
        )
        .await
        .unwrap();
}

fn key(seed: u64, account: AccountId, certificate: &CertificateRow) -> CaptureRow {
    CaptureRow {
        key_id: draw(seed, KeyId::random),
        ..captured(seed, account, certificate)
    }
}

async fn marked(store: &impl Store, account: AccountId) -> bool {
    let row = store.account(account).await.unwrap().unwrap();
    row.disclosed_at.is_some()
}

async fn entries(store: &impl Store, action: Action) -> Vec<Act> {
    let rows = store.audit_after(0, Some(action), 100).await.unwrap();
    rows.iter().map(|row| row.act().unwrap()).collect()
}

async fn a_disclosed_key_marks_its_account_until_another_is_captured(store: impl Store) {
    let (group, account, certificate) = furnished(&store).await;
    let [first, given, made] = [80, 81, 82].map(|seed| key(seed, account, &certificate));
    let answered = async || store.answer_disclosure(account, &act()).await.unwrap();
    backed_up(&store, 90, &first, &certificate, true).await;
    assert!(!marked(&store, account).await);
    assert!(!answered().await, "there is nothing to answer");
    for _ in 0..2 {
        store.disclose(account, first.key_id, &act()).await.unwrap();
    }
    assert!(marked(&store, account).await);
    let marks = entries(&store, Action::MarkDisclosed).await;
    assert_eq!(marks.len(), 1, "it is marked once");
    assert_eq!(marks[0].scope, Some(group.guid));
    assert_eq!(marks[0].detail["key_id"], first.key_id.to_string());

    backed_up(&store, 91, &first, &certificate, true).await;
    assert!(!answered().await, "people know this key");
    backed_up(&store, 92, &given, &certificate, false).await;
    assert!(
        !answered().await,
        "this may be the same key under another number"
    );
    let begun = BackupRow {
        id: draw(93, BackupId::random),
        account,
        key_id: made.key_id,
        generated: true,
        started_at: NOW,
        outcome: None,
    };
    store.start_backup(&begun).await.unwrap();
    assert!(!answered().await, "it is not captured");
    assert!(marked(&store, account).await);
    backed_up(&store, 94, &made, &certificate, true).await;
    assert!(answered().await);
    assert!(!marked(&store, account).await);
    let answers = entries(&store, Action::Ask).await;
    let answer = answers.last().unwrap();
    assert_eq!(answer.detail["key_id"], made.key_id.to_string());
    assert_eq!(answer.name.as_deref(), Some("theatre-1"));
}

async fn a_key_that_another_took_the_place_of_marks_nothing(store: impl Store) {
    let (_, account, certificate) = furnished(&store).await;
    let [first, second] = [80, 81].map(|seed| key(seed, account, &certificate));
    backed_up(&store, 90, &first, &certificate, true).await;
    backed_up(&store, 91, &second, &certificate, false).await;
    store.disclose(account, first.key_id, &act()).await.unwrap();
    assert!(!marked(&store, account).await);
    // Presented, and not captured: the repository may open with the first one still.
    let next = BackupRow {
        id: draw(92, BackupId::random),
        account,
        key_id: draw(82, KeyId::random),
        generated: true,
        started_at: NOW,
        outcome: None,
    };
    store.start_backup(&next).await.unwrap();
    store.disclose(account, first.key_id, &act()).await.unwrap();
    assert!(marked(&store, account).await);
}
