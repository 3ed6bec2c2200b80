//! Capturing what is in memory, as a job; and a captured key for each stay in memory.

use std::sync::Arc;

use keyfold_api::audit::Action;
use keyfold_core::encryption_key::EncryptionKey;
use keyfold_core::id::{AccountId, KeyId};
use keyfold_server::cache::LifeId;
use keyfold_server::store::{AccountStore as _, CapturingStore as _};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::furnishing::furnished;
use crate::harness::{ACCOUNT, COLLECTION, GROUP, House, OTHER_GROUP};

const KEY: &str = "70000000-0000-4000-8000-000000000007";

/// Presents a key for each account, past the routes.
fn fill(house: &House, accounts: &[AccountId], rng: &mut StdRng) -> Vec<(AccountId, KeyId)> {
    let present = |account: &AccountId| {
        let key_id = KeyId::random(rng);
        let key = EncryptionKey::password(Zeroizing::new(key_id.to_string().into_bytes())).unwrap();
        house
            .platform
            .cache
            .present(*account, key_id, &key, LifeId::random(rng))
            .unwrap();
        (*account, key_id)
    };
    accounts.iter().map(present).collect()
}

async fn accounts(house: &House, group: &str, many: usize, rng: &mut StdRng) -> Vec<AccountId> {
    let accounts: Vec<AccountId> = (0..many).map(|_| AccountId::random(rng)).collect();
    for account in &accounts {
        house
            .store
            .insert_account(
                *account,
                "machine",
                group.parse().unwrap(),
                &furnished(Action::CreateAccount),
            )
            .await
            .unwrap();
    }
    accounts
}

async fn progress(house: &House, uploaded: &Value) -> Value {
    let fingerprint = uploaded["certificate"]["fingerprint"].as_str().unwrap();
    house
        .get(
            &format!("/scopes/{COLLECTION}/certificates/{fingerprint}/capture"),
            "ann",
        )
        .await
        .body
}

async fn captured(house: &House) -> Vec<Value> {
    let list = house
        .get(&format!("/accounts/{ACCOUNT}/captured-keys"), "ann")
        .await
        .body;
    list["items"]
        .as_array()
        .or(list.as_array())
        .unwrap()
        .clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_missed_that_is_in_memory_or_comes_meanwhile() {
    let house = Arc::new(House::new().await);
    let mut rng = StdRng::seed_from_u64(11);
    let ours = accounts(&house, GROUP, 1500, &mut rng).await;
    let theirs = accounts(&house, OTHER_GROUP, 20, &mut rng).await;
    fill(&house, &ours, &mut rng);
    fill(&house, &theirs, &mut rng);
    let upload = tokio::spawn({
        let house = Arc::clone(&house);
        async move {
            house
                .upload(COLLECTION, "platform/collection.pem", Value::Null)
                .await
        }
    });
    let fingerprint = fingerprint_of("platform/collection.pem");
    let job = loop {
        if let Some(job) = house.platform.captures.of(fingerprint)
            && job.progress().done > 0
        {
            break job;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(job.progress().total, 1500, "it runs while more come");
    fill(&house, &ours[..700], &mut rng);
    job.ended().await;
    let uploaded = upload.await.unwrap().body;
    let captured = house.store.lives_captured_to(fingerprint).await.unwrap();
    assert_eq!(captured.len(), 2200);
    let whole = json!({ "state": "done", "done": 2200, "total": 2200, "captured": 2200 });
    assert_eq!(progress(&house, &uploaded).await, whole);
}

#[tokio::test]
async fn the_progress_shows_after_the_answer_and_not_after_a_restart() {
    let house = House::new().await;
    let agent = house.enrol(ACCOUNT).await;
    house.start(&agent, KEY, "secret").await;
    let uploaded = house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await
        .body;
    let one = json!({ "state": "done", "done": 1, "total": 1, "captured": 1 });
    assert_eq!(progress(&house, &uploaded).await, one);
    let house = house.restarted();
    assert_eq!(progress(&house, &uploaded).await["state"], "not_run");
    let fingerprint = uploaded["certificate"]["fingerprint"].as_str().unwrap();
    let elsewhere = format!("/scopes/{GROUP}/certificates/{fingerprint}/capture");
    assert_eq!(house.get(&elsewhere, "ann").await.code(), "not-found");
}

#[tokio::test]
async fn each_stay_in_memory_is_captured_anew_and_the_first_and_the_last_are_kept() {
    let mut house = House::new().await;
    house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    let agent = house.enrol(ACCOUNT).await;
    let mut seen: Vec<Value> = Vec::new();
    for stay in 0..4 {
        for _ in 0..2 {
            let backup = house.start(&agent, KEY, "secret").await;
            for _ in 0..2 {
                let ended = house.end(&agent, &backup, "completed").await;
                assert_eq!(ended.body["captured_to"], json!([COLLECTION]));
            }
        }
        let now = captured(&house).await;
        assert_eq!(now.len(), if stay == 0 { 1 } else { 2 }, "stay {stay}");
        assert!(!seen.contains(&now[0]["id"]), "the newest is a new one");
        seen.push(now[0]["id"].clone());
        assert_eq!(now.last().unwrap()["id"], seen[0], "the oldest stays");
        house = house.restarted();
    }
}

fn fingerprint_of(file: &str) -> keyfold_core::fingerprint::Fingerprint {
    let pem = crate::harness::vector(file);
    keyfold_core::group_certificate::GroupCertificate::from_pem(pem.as_bytes())
        .unwrap()
        .fingerprint()
}
