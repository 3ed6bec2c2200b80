//! Second factors: every code once, whoever asks at the same moment or asks again.

use std::sync::Arc;

use keyfold_api::audit::{Act, Action, By};
use keyfold_api::sessions::SessionId;
use keyfold_server::store::{Claim, Confirmation, Conflict, SecondFactorRow, SessionRow, Store};
use time::Duration;

use super::{NOW, act, conflict, draw, peopled};

over_every_store!(
    a_code_is_accepted_once_and_none_from_before_it,
    a_recovery_code_is_accepted_once,
    what_spends_nothing_claims_no_idempotency_key,
    a_question_asked_again_spends_what_it_spent,
    a_secret_is_confirmed_before_it_is_used,
    a_confirmation_asked_again_is_done_once,
    what_is_taken_away_is_gone_with_the_sessions,
    secrets_are_sealed_under_one_key,
);

const STEP: u64 = 59_077_440;

async fn confirm(store: &impl Store, session: Option<&[u8]>) {
    store
        .keep_pending_second_factor("ann", b"sealed")
        .await
        .unwrap();
    let codes = [b"one".to_vec(), b"two".to_vec()];
    let confirmation = Confirmation {
        secret: b"sealed",
        step: STEP,
        recovery_codes: &codes,
        session,
    };
    store
        .confirm_second_factor("ann", confirmation, &act())
        .await
        .unwrap();
}

async fn sign_in(store: &impl Store, token: u8) {
    let session = SessionRow {
        token: vec![token],
        id: draw(token.into(), SessionId::random),
        user: "ann".to_owned(),
        address: String::new(),
        began_at: NOW,
        seen_at: NOW,
        idle: Duration::HOUR,
        expires_at: NOW + Duration::HOUR,
        second_factor: false,
    };
    store.insert_session(&session, &act()).await.unwrap();
}

/// A request with an idempotency key: its first attempt, or a later one.
fn claim(number: u8, again: bool) -> Arc<Claim> {
    let expires_at = NOW + Duration::DAY;
    Arc::new(Claim::new(
        [number; 32],
        [0; 32],
        [number; 16],
        expires_at,
        again,
    ))
}

async fn a_code_is_accepted_once_and_none_from_before_it(store: impl Store) {
    peopled(&store).await;
    assert!(
        !store.spend_step("ann", STEP).await.unwrap(),
        "none is set up"
    );
    confirm(&store, None).await;
    for (step, accepted) in [
        (STEP, false),
        (STEP - 1, false),
        (STEP + 1, true),
        (STEP + 1, false),
        (STEP, false),
    ] {
        let spent = store.spend_step("ann", step).await.unwrap();
        assert_eq!(spent, accepted, "{step}");
    }
    let (a, b, c) = tokio::join!(
        store.spend_step("ann", STEP + 2),
        store.spend_step("ann", STEP + 2),
        store.spend_step("ann", STEP + 2)
    );
    let accepted = [a, b, c].into_iter().filter(|it| *it.as_ref().unwrap());
    assert_eq!(accepted.count(), 1);
}

async fn a_recovery_code_is_accepted_once(store: impl Store) {
    peopled(&store).await;
    confirm(&store, None).await;
    assert_eq!(store.recovery_codes_left("ann").await.unwrap(), 2);
    assert!(!store.spend_recovery_code("bob", b"one").await.unwrap());
    let (a, b) = tokio::join!(
        store.spend_recovery_code("ann", b"one"),
        store.spend_recovery_code("ann", b"one")
    );
    assert_ne!(a.unwrap(), b.unwrap());
    assert!(!store.spend_recovery_code("ann", b"one").await.unwrap());
    assert_eq!(store.recovery_codes_left("ann").await.unwrap(), 1);
    confirm(&store, None).await;
    assert!(
        store.spend_recovery_code("ann", b"one").await.unwrap(),
        "a new second factor has new codes"
    );
}

async fn what_spends_nothing_claims_no_idempotency_key(store: impl Store) {
    peopled(&store).await;
    confirm(&store, None).await;
    assert!(store.spend_recovery_code("ann", b"one").await.unwrap());
    let spent = claim(1, false).over(store.spend_step("ann", STEP)).await;
    assert!(!spent.unwrap());
    let spent = claim(2, false).over(store.spend_recovery_code("ann", b"one"));
    assert!(!spent.await.unwrap());
    for id in [1, 2] {
        assert_eq!(store.kept_answer(&[id; 32]).await.unwrap(), None);
    }
}

async fn a_question_asked_again_spends_what_it_spent(store: impl Store) {
    peopled(&store).await;
    confirm(&store, None).await;
    for again in [false, true] {
        let step = claim(1, again).over(store.spend_step("ann", STEP + 1));
        assert!(step.await.unwrap(), "again: {again}");
        let code = claim(2, again).over(store.spend_recovery_code("ann", b"two"));
        assert!(code.await.unwrap(), "again: {again}");
    }
    assert!(store.kept_answer(&[1; 32]).await.unwrap().is_some());
    assert!(!store.spend_step("ann", STEP + 1).await.unwrap());
    assert!(!store.spend_recovery_code("ann", b"two").await.unwrap());
}

async fn a_secret_is_confirmed_before_it_is_used(store: impl Store) {
    peopled(&store).await;
    assert_eq!(store.second_factor("ann").await.unwrap(), None);
    let keep = async |pending: &[u8]| {
        store
            .keep_pending_second_factor("ann", pending)
            .await
            .unwrap();
    };
    keep(b"first").await;
    keep(b"later").await;
    assert!(!store.user("ann").await.unwrap().unwrap().second_factor);
    let confirmation = Confirmation {
        secret: b"first",
        step: STEP,
        recovery_codes: &[],
        session: None,
    };
    let replaced = store
        .confirm_second_factor("ann", confirmation, &act())
        .await;
    assert_eq!(conflict(replaced), Conflict::Missing);
    sign_in(&store, 1).await;
    sign_in(&store, 2).await;
    confirm(&store, Some(&[1])).await;
    let row = SecondFactorRow {
        secret: Some(b"sealed".to_vec()),
        pending: None,
    };
    assert_eq!(store.second_factor("ann").await.unwrap(), Some(row.clone()));
    assert!(store.user("ann").await.unwrap().unwrap().second_factor);
    assert!(store.session(&[1], NOW).await.unwrap().is_some());
    assert_eq!(store.session(&[2], NOW).await.unwrap(), None);
    keep(b"next").await;
    let row = SecondFactorRow {
        pending: Some(b"next".to_vec()),
        ..row
    };
    assert_eq!(store.second_factor("ann").await.unwrap(), Some(row));
}

async fn a_confirmation_asked_again_is_done_once(store: impl Store) {
    peopled(&store).await;
    store
        .keep_pending_second_factor("ann", b"sealed")
        .await
        .unwrap();
    for again in [false, true] {
        let row = claim(1, again).over(store.second_factor("ann")).await;
        let pending = row.unwrap().unwrap().pending.unwrap();
        let confirmation = Confirmation {
            secret: &pending,
            step: STEP,
            recovery_codes: &[b"one".to_vec()],
            session: None,
        };
        let act = act();
        let confirmed = store.confirm_second_factor("ann", confirmation, &act);
        claim(1, again).over(confirmed).await.unwrap();
    }
    assert_eq!(store.recovery_codes_left("ann").await.unwrap(), 1);
    let row = store.second_factor("ann").await.unwrap().unwrap();
    assert_eq!(row.pending, None);
}

async fn what_is_taken_away_is_gone_with_the_sessions(store: impl Store) {
    peopled(&store).await;
    for everybody in [false, true] {
        sign_in(&store, 1).await;
        confirm(&store, Some(&[1])).await;
        let act = Act::new(NOW, By::CommandLine, Action::ResetSecondFactor);
        if everybody {
            store.delete_second_factors(&act).await.unwrap();
        } else {
            store.delete_second_factor("ann", &act).await.unwrap();
        }
        assert_eq!(store.second_factor("ann").await.unwrap(), None);
        assert_eq!(store.recovery_codes_left("ann").await.unwrap(), 0);
        assert_eq!(store.session(&[1], NOW).await.unwrap(), None);
    }
}

async fn secrets_are_sealed_under_one_key(store: impl Store) {
    peopled(&store).await;
    let claim = async |key: &[u8], fresh| store.claim_sealing_key(key, fresh).await.unwrap();
    assert!(claim(b"first", true).await);
    assert!(claim(b"first", false).await);
    assert!(!claim(b"other", true).await, "a server that made its own");
    assert!(claim(b"other", false).await, "nothing is sealed yet");
    confirm(&store, None).await;
    assert!(!claim(b"first", false).await);
    assert!(claim(b"other", false).await);
    store.delete_second_factors(&act()).await.unwrap();
    assert!(claim(b"third", true).await);
}
