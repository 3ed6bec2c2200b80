//! Enrolment tokens, credentials, idempotency keys: what must hold however many ask at a time.

use std::sync::Arc;

use futures_util::future::join_all;
use keyfold_core::id::AccountId;
use keyfold_core::id::ScopeKind;
use keyfold_server::store::{Claim, Credential, CredentialEnd, ScopeRow, Store};
use time::Duration;

use crate::{NOW, act, draw, founded, furnished, scope};

over_every_store!(
    a_token_enrols_one_agent_however_many_try,
    a_token_ends_when_it_says,
    the_first_use_of_a_next_credential_ends_the_one_before,
    a_renewal_at_a_time_with_its_first_use_locks_nobody_out,
    what_was_revoked_is_remembered,
    attempts_at_a_time_with_one_key_make_one_change,
    a_claim_is_there_with_its_change_and_not_without,
);

const TOKEN: &[u8] = b"token";
const FIRST: &[u8] = b"first";
const NEXT: &[u8] = b"next";

async fn enrolled(store: &impl Store) -> AccountId {
    let (_, account, _) = furnished(store).await;
    let expires_at = NOW + Duration::DAY;
    store
        .keep_enrolment_token(account, TOKEN, expires_at, &act())
        .await
        .unwrap();
    store
        .enrol(TOKEN, FIRST, NOW, &act())
        .await
        .unwrap()
        .unwrap();
    account
}

async fn works(store: &impl Store, credential: &[u8]) -> bool {
    let known = store.credential(credential, NOW).await.unwrap();
    matches!(known, Some(Credential::Works(_)))
}

async fn a_token_enrols_one_agent_however_many_try(store: impl Store) {
    let (_, account, _) = furnished(&store).await;
    let expires_at = NOW + Duration::DAY;
    store
        .keep_enrolment_token(account, TOKEN, expires_at, &act())
        .await
        .unwrap();
    let credentials: Vec<[u8; 1]> = (0..12).map(|number| [number]).collect();
    let act = &act();
    let tries = credentials
        .iter()
        .map(|credential| store.enrol(TOKEN, credential, NOW, act));
    let enrolled = join_all(tries).await;
    let won = enrolled
        .iter()
        .filter(|enrolled| enrolled.as_ref().unwrap().is_some());
    assert_eq!(won.count(), 1);
    let mut working = 0;
    for credential in &credentials {
        working += i32::from(works(&store, credential).await);
    }
    assert_eq!(working, 1);
}

async fn a_token_ends_when_it_says(store: impl Store) {
    let (_, account, _) = furnished(&store).await;
    let expires_at = NOW + Duration::DAY;
    store
        .keep_enrolment_token(account, TOKEN, expires_at, &act())
        .await
        .unwrap();
    let late = store.enrol(TOKEN, FIRST, expires_at, &act()).await.unwrap();
    assert_eq!(late, None);
    let in_time = expires_at - Duration::SECOND;
    let enrolled = store
        .enrol(TOKEN, FIRST, in_time, &act())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(enrolled.id, account, "bound to one account");
    let once_more = store.enrol(TOKEN, FIRST, expires_at, &act()).await.unwrap();
    assert_eq!(once_more, Some(enrolled), "and answered as before");
}

async fn the_first_use_of_a_next_credential_ends_the_one_before(store: impl Store) {
    let account = enrolled(&store).await;
    store
        .renew_credential(account, NEXT, NOW, &act())
        .await
        .unwrap();
    store
        .renew_credential(account, NEXT, NOW, &act())
        .await
        .unwrap();
    assert!(works(&store, FIRST).await);
    let uses = (0..8).map(|_| works(&store, NEXT));
    assert!(join_all(uses).await.into_iter().all(|works| works));
    let before = store.credential(FIRST, NOW).await.unwrap();
    let superseded = Credential::Ended(account, CredentialEnd::Superseded);
    assert_eq!(before, Some(superseded));
}

async fn a_renewal_at_a_time_with_its_first_use_locks_nobody_out(store: impl Store) {
    let account = enrolled(&store).await;
    let (mut present, act) = (FIRST.to_vec(), act());
    for number in 0..20u8 {
        let (next, another) = ([1, number], [2, number]);
        store
            .renew_credential(account, &next, NOW, &act)
            .await
            .unwrap();
        let (renewed, used) = tokio::join!(
            store.renew_credential(account, &another, NOW, &act),
            store.credential(&next, NOW),
        );
        renewed.unwrap();
        used.unwrap();
        assert!(works(&store, &another).await);
        assert!(!works(&store, &present).await && !works(&store, &next).await);
        present = another.to_vec();
    }
}

async fn what_was_revoked_is_remembered(store: impl Store) {
    let account = enrolled(&store).await;
    store
        .renew_credential(account, NEXT, NOW, &act())
        .await
        .unwrap();
    for _ in 0..2 {
        store.revoke_agent(account, NOW, &act()).await.unwrap();
    }
    let revoked = Some(Credential::Ended(account, CredentialEnd::Revoked));
    for credential in [FIRST, NEXT] {
        assert_eq!(store.credential(credential, NOW).await.unwrap(), revoked);
    }
    assert_eq!(store.credential(b"guess", NOW).await.unwrap(), None);
    let account = store.account(account).await.unwrap().unwrap();
    assert!(!account.enrolled);
}

fn claim(attempt: u8) -> Arc<Claim> {
    let expires_at = NOW + Duration::DAY;
    Arc::new(Claim::new(
        [7; 32],
        [8; 32],
        [attempt; 16],
        expires_at,
        false,
    ))
}

async fn attempts_at_a_time_with_one_key_make_one_change(store: impl Store) {
    let root = founded(&store).await;
    let groups: Vec<ScopeRow> = (10..22)
        .map(|seed| scope(seed, ScopeKind::Group, Some(&root)))
        .collect();
    let act = act();
    let attempts = groups.iter().zip(0..).map(async |(group, attempt)| {
        let (claim, act) = (claim(attempt), act.clone());
        let made = Arc::clone(&claim)
            .over(store.insert_scope(group, &act))
            .await;
        assert_eq!(made.is_err(), claim.is_lost());
        made.is_ok()
    });
    let made = join_all(attempts).await;
    assert_eq!(made.into_iter().filter(|made| *made).count(), 1);
    let mut there = 0;
    for group in &groups {
        there += usize::from(!store.lineage(group.guid).await.unwrap().is_empty());
    }
    assert_eq!(there, 1);
}

async fn a_claim_is_there_with_its_change_and_not_without(store: impl Store) {
    let root = founded(&store).await;
    let act = &act();
    let (id, refused) = (&[7; 32], claim(1));
    let nowhere = scope(
        10,
        ScopeKind::Group,
        Some(&scope(99, ScopeKind::Collection, None)),
    );
    let inserted = Arc::clone(&refused).over(store.insert_scope(&nowhere, act));
    assert!(inserted.await.is_err() && !refused.is_lost());
    assert_eq!(store.kept_answer(id).await.unwrap(), None);

    let (made, group) = (claim(2), scope(11, ScopeKind::Group, Some(&root)));
    let both = async {
        store.insert_scope(&group, act).await.unwrap();
        let account = draw(12, AccountId::random);
        store
            .insert_account(account, "a", group.guid, act)
            .await
            .unwrap();
    };
    Arc::clone(&made).over(both).await;
    assert_eq!(store.kept_answer(id).await.unwrap().unwrap().answer, None);
    for answer in [b"first", b"later"] {
        store.keep_answer(&made, answer).await.unwrap();
    }
    let kept = store.kept_answer(id).await.unwrap().unwrap();
    assert_eq!(kept.answer.unwrap(), b"first");
    let expired = NOW + Duration::DAY;
    assert_eq!(store.forget_answers(NOW).await.unwrap(), 0);
    assert_eq!(store.forget_answers(expired).await.unwrap(), 1);
}
