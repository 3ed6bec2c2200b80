//! Many Agents at the same moment: what they ask goes to the database together, and each is answered for itself.

use std::sync::Arc;

use futures_util::future::join_all;
use keyfold_api::agents::BackupId;
use keyfold_core::id::{AccountId, KeyId};
use keyfold_server::store::{BackupRow, Claim, Conflict, Credential, Store};
use time::Duration;

use crate::{NOW, act, conflict, draw, furnished};

over_every_store!(
    backups_that_begin_at_a_time_are_each_stored_with_their_claim,
    one_that_fails_fails_alone,
    of_two_keys_at_a_time_one_is_the_accounts,
    credentials_at_a_time_are_each_their_accounts,
    answers_at_a_time_are_each_kept,
    an_answer_that_was_foreseen_is_kept_with_its_claim,
);

/// More than go together at once.
const MANY: u8 = 150;

fn account(number: u8) -> AccountId {
    draw(1000 + u64::from(number), AccountId::random)
}

fn backup(number: u8) -> BackupRow {
    BackupRow {
        id: draw(2000 + u64::from(number), BackupId::random),
        account: account(number),
        key_id: draw(3000 + u64::from(number), KeyId::random),
        generated: true,
        started_at: NOW,
        outcome: None,
    }
}

fn claim(number: u8) -> Arc<Claim> {
    let (id, fingerprint, attempt) = ([number; 32], [number + 1; 32], [number; 16]);
    Arc::new(Claim::new(
        id,
        fingerprint,
        attempt,
        NOW + Duration::DAY,
        false,
    ))
}

/// A Group with accounts of these numbers.
async fn with_accounts(store: &impl Store, numbers: impl IntoIterator<Item = u8>) {
    let (group, _, _) = furnished(store).await;
    let act = &act();
    for number in numbers {
        store
            .insert_account(account(number), "host", group.guid, act)
            .await
            .unwrap();
    }
}

async fn backups_that_begin_at_a_time_are_each_stored_with_their_claim(store: impl Store) {
    with_accounts(&store, 0..MANY).await;
    let begin = async |number| {
        let backup = backup(number);
        claim(number).over(store.start_backup(&backup)).await
    };
    for begun in join_all((0..MANY).map(begin)).await {
        begun.unwrap();
    }
    for number in 0..MANY {
        let stored = store.backup(backup(number).id).await.unwrap();
        assert_eq!(stored, Some(backup(number)));
        let account = store.account(account(number)).await.unwrap().unwrap();
        assert_eq!(account.key_id, Some(backup(number).key_id));
        let kept = store.kept_answer(&[number; 32]).await.unwrap().unwrap();
        assert_eq!(
            (kept.fingerprint, kept.answer),
            (vec![number + 1; 32], None)
        );
    }
}

async fn one_that_fails_fails_alone(store: impl Store) {
    const GONE: u8 = 7;
    const REPEATED: u8 = 9;
    with_accounts(&store, (0..20).filter(|number| *number != GONE)).await;
    let earlier = Claim::new(
        [REPEATED; 32],
        [1; 32],
        [99; 16],
        NOW + Duration::DAY,
        false,
    );
    let earlier_backup = backup(100 + REPEATED);
    let earlier_backup = BackupRow {
        account: account(REPEATED),
        ..earlier_backup
    };
    let first = Arc::new(earlier).over(store.start_backup(&earlier_backup));
    first.await.unwrap();

    let ask = async |number| {
        let (claim, backup) = (claim(number), backup(number));
        let begun = Arc::clone(&claim).over(store.start_backup(&backup)).await;
        (begun, claim)
    };
    let answers = join_all((0..20).map(ask)).await;
    for (number, (begun, claim)) in (0..20).zip(answers) {
        let stored = store.backup(backup(number).id).await.unwrap();
        assert_eq!(stored.is_some(), begun.is_ok(), "{number}");
        assert_eq!(claim.is_lost(), number == REPEATED);
        match number {
            GONE => {
                assert_eq!(conflict(begun), Conflict::Missing);
                assert_eq!(store.kept_answer(&[GONE; 32]).await.unwrap(), None);
            }
            REPEATED => assert_eq!(conflict(begun), Conflict::Repeated),
            _ => begun.unwrap(),
        }
    }
}

async fn of_two_keys_at_a_time_one_is_the_accounts(store: impl Store) {
    with_accounts(&store, [0]).await;
    let backups: Vec<BackupRow> = (0..20)
        .map(|number| BackupRow {
            account: account(0),
            ..backup(number)
        })
        .collect();
    for begun in join_all(backups.iter().map(|backup| store.start_backup(backup))).await {
        begun.unwrap();
    }
    let key_id = store.account(account(0)).await.unwrap().unwrap().key_id;
    assert!(backups.iter().any(|backup| Some(backup.key_id) == key_id));
}

async fn credentials_at_a_time_are_each_their_accounts(store: impl Store) {
    with_accounts(&store, 0..20).await;
    let (act, expires_at) = (&act(), NOW + Duration::DAY);
    for number in 0..20 {
        let (account, token) = (account(number), [number, 1]);
        let kept = store.keep_enrolment_token(account, &token, expires_at, act);
        kept.await.unwrap();
        let enrolled = store.enrol(&token, &[number], NOW, act).await.unwrap();
        assert_eq!(enrolled.unwrap().id, account);
    }
    let credentials: Vec<[u8; 1]> = (0..30).map(|number| [number]).collect();
    let known = credentials
        .iter()
        .map(|credential| store.credential(credential, NOW));
    for (number, known) in (0..30).zip(join_all(known).await) {
        let works = match known.unwrap() {
            Some(Credential::Works(account)) => Some(account.id),
            _ => None,
        };
        assert_eq!(works, (number < 20).then(|| account(number)));
    }
}

async fn answers_at_a_time_are_each_kept(store: impl Store) {
    with_accounts(&store, 0..MANY).await;
    let answered = async |number| {
        let (claim, backup) = (claim(number), backup(number));
        let begun = Arc::clone(&claim).over(store.start_backup(&backup)).await;
        begun.unwrap();
        store.keep_answer(&claim, &[number; 5]).await.unwrap();
        store.keep_answer(&claim, b"another").await.unwrap();
        store.kept_answer(&claim.id).await.unwrap().unwrap()
    };
    let kept = join_all((0..MANY).map(answered)).await;
    for (number, kept) in (0..MANY).zip(kept) {
        assert_eq!(kept.answer, Some(vec![number; 5]));
    }
    assert_eq!(store.kept_answer(&[255; 32]).await.unwrap(), None);
}

async fn an_answer_that_was_foreseen_is_kept_with_its_claim(store: impl Store) {
    const ALONE: u8 = 60;
    with_accounts(&store, (0..20).chain([ALONE])).await;
    let begin = async |number| {
        let (claim, backup) = (claim(number), backup(number));
        claim.foresee(vec![number; 5]);
        Arc::clone(&claim).over(store.start_backup(&backup)).await
    };
    for begun in join_all((0..20).map(begin)).await {
        begun.unwrap();
    }
    begin(ALONE).await.unwrap();
    for number in (0..20).chain([ALONE]) {
        let kept = store.kept_answer(&[number; 32]).await.unwrap().unwrap();
        assert_eq!(kept.answer, Some(vec![number; 5]));
    }
}
