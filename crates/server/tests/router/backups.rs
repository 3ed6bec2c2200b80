//! What Agents do.

use axum::http::Method;
use keyfold_api::agents::Enrolment;
use keyfold_core::id::{AccountId, KeyId};
use serde_json::{Value, json};
use time::Duration;

use crate::harness::{
    ACCOUNT, COLLECTION, GROUP, House, NOTHING, OTHER_ACCOUNT, OTHER_GROUP, presented,
};

const KEY: &str = "70000000-0000-4000-8000-000000000007";
const NEXT_KEY: &str = "80000000-0000-4000-8000-000000000008";

fn cached(house: &House, key_id: &str) -> bool {
    let (account, key_id): (AccountId, KeyId) = (ACCOUNT.parse().unwrap(), key_id.parse().unwrap());
    house.platform.cache.holds(account, key_id)
}

async fn account(house: &House) -> Value {
    house
        .get(&format!("/accounts/{ACCOUNT}"), "root-admin")
        .await
        .body
}

#[tokio::test]
async fn an_agent_enrols_once_and_a_new_enrolment_replaces_it() {
    let house = House::new().await;
    let path = format!("/accounts/{ACCOUNT}/enrolment-tokens");
    let first = house.post(&path, "ann", json!({})).await.body;
    assert_eq!(first["expires_at"], "2026-03-08T12:00:00Z");
    let enrolment = Enrolment::from_text(first["enrolment"].as_str().unwrap()).unwrap();
    assert_eq!(
        enrolment.server.as_str(),
        "https://backups.example.org:8443/"
    );
    assert_eq!(
        enrolment.authority,
        house.platform.trust.root().fingerprint()
    );
    let enrol = json!({ "token": enrolment.token, "host_name": "theatre-1.example.org" });
    let enrolled = house.post("/agent/enrolment", "", enrol.clone()).await;
    assert_eq!(
        (enrolled.status, &enrolled.body["account"]),
        (201, &json!(ACCOUNT))
    );
    assert_eq!(account(&house).await["enrolled"], true);
    let used = house.post("/agent/enrolment", "", enrol).await;
    insta::assert_snapshot!(used.shown());

    let old = enrolled.body["credential"].as_str().unwrap();
    assert_eq!(house.get("/agent/account", old).await.status, 200);
    let new = house.enrol(ACCOUNT).await;
    assert_eq!(house.get("/agent/account", old).await.status, 200);
    insta::assert_snapshot!(house.get("/agent/account", &new).await.shown());
    let superseded = house.get("/agent/account", old).await;
    assert_eq!(superseded.code(), "credential-superseded");
}

#[tokio::test]
async fn an_enrolment_works_for_seven_days_and_the_last_one_counts() {
    let house = House::new().await;
    let path = format!("/accounts/{ACCOUNT}/enrolment-tokens");
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let made = house.post(&path, "ann", json!({})).await.body;
        tokens.push(
            Enrolment::from_text(made["enrolment"].as_str().unwrap())
                .unwrap()
                .token,
        );
    }
    let enrol = |token: &str| json!({ "token": token, "host_name": "x" });
    assert_eq!(
        house
            .post("/agent/enrolment", "", enrol(&tokens[0]))
            .await
            .code(),
        "enrolment-refused"
    );
    house.clock.forward(Duration::days(7));
    assert_eq!(
        house
            .post("/agent/enrolment", "", enrol(&tokens[1]))
            .await
            .code(),
        "enrolment-refused"
    );
}

#[tokio::test]
async fn backups_are_told_newest_first_with_what_they_came_to() {
    let house = House::new().await;
    let agent = house.enrol(ACCOUNT).await;
    let mut begun = Vec::new();
    for end in [
        Some(json!({ "outcome": "completed", "exit_code": 3, "bytes": 1_085_665 })),
        Some(json!({ "outcome": "failed", "exit_code": null })),
        None,
    ] {
        let backup = house.start(&agent, KEY, "secret").await;
        house.clock.forward(Duration::MINUTE);
        if let Some(end) = end {
            let path = format!("/agent/backups/{backup}/end");
            assert_eq!(house.post(&path, &agent, end).await.status, 200);
        }
        begun.push(backup);
    }
    let path = format!("/accounts/{ACCOUNT}/backups");
    let told = house.list(&path, "ann").await;
    let page = house.get(&format!("{path}?limit=2"), "ann").await.body;
    assert_eq!(page["items"].as_array().unwrap()[..], told[..2]);
    let next = page["next"].as_str().unwrap();
    let rest = house
        .list(&format!("{path}?limit=2&cursor={next}"), "ann")
        .await;
    assert_eq!(rest, told[2..]);
    let ids: Vec<_> = told.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        begun.iter().rev().map(String::as_str).collect::<Vec<_>>()
    );
    assert_eq!(told[0]["outcome"], Value::Null);
    assert_eq!(
        (&told[1]["outcome"], &told[1]["bytes"]),
        (&json!("failed"), &Value::Null)
    );
    let first = &told[2];
    assert_eq!(
        (&first["outcome"], &first["exit_code"]),
        (&json!("completed"), &json!(3))
    );
    assert_eq!(
        (&first["bytes"], &first["key_id"]),
        (&json!(1_085_665), &json!(KEY))
    );
    assert_eq!(first["started_at"], "2026-03-01T12:00:00Z");
    assert_eq!(first["ended_at"], "2026-03-01T12:01:00Z");
}

#[tokio::test]
async fn a_changed_key_is_captured_and_is_no_backup() {
    let house = House::new().await;
    house.upload(GROUP, "platform/group.pem", Value::Null).await;
    let agent = house.enrol(ACCOUNT).await;
    let backup = house.start(&agent, KEY, "secret").await;
    house.end(&agent, &backup, "completed").await;
    let before = account(&house).await;
    house.clock.forward(Duration::HOUR);
    let change = house.start(&agent, NEXT_KEY, "another").await;
    let ended = house.end(&agent, &change, "key_changed").await;
    assert_eq!(ended.body["captured_to"], json!([GROUP]));
    let again = house.end(&agent, &change, "key_changed").await;
    assert_eq!(again.body, ended.body);
    let otherwise = house.end(&agent, &change, "completed").await;
    assert_eq!(otherwise.code(), "backup-ended");
    let after = account(&house).await;
    assert_eq!(after["last_backup_at"], before["last_backup_at"]);
    assert_eq!(after["key_state"], "captured");
}

#[tokio::test]
async fn a_completed_backup_is_captured_to_every_certificate_on_the_way() {
    let house = House::new().await;
    house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    house.upload(GROUP, "platform/group.pem", Value::Null).await;
    let agent = house.enrol(ACCOUNT).await;
    let backup = house.start(&agent, KEY, "secret").await;
    assert_eq!(account(&house).await["key_state"], "in_memory");
    let ended = house.end(&agent, &backup, "completed").await;
    assert_eq!(ended.body["captured_to"], json!([GROUP, COLLECTION]));
    let retried = house.end(&agent, &backup, "completed").await;
    assert_eq!(retried.body, ended.body);
    let next = house.start(&agent, KEY, "secret").await;
    assert_eq!(house.end(&agent, &next, "completed").await.body, ended.body);
    let captured = house
        .list(&format!("/accounts/{ACCOUNT}/captured-keys"), "ann")
        .await;
    assert_eq!(
        captured.len(),
        2,
        "one row for each certificate, whatever is retried"
    );
    assert_eq!(
        account(&house).await["last_backup_at"],
        "2026-03-01T12:00:00Z"
    );
    let other = house.end(&agent, &backup, "failed").await;
    assert_eq!(other.code(), "backup-ended");
}

#[tokio::test]
async fn a_failed_backup_takes_its_key_along_unless_one_completed_with_it() {
    let house = House::new().await;
    let agent = house.enrol(ACCOUNT).await;
    let failed = house.start(&agent, KEY, "secret").await;
    house.end(&agent, &failed, "failed").await;
    assert!(!cached(&house, KEY));
    assert_eq!(account(&house).await["key_state"], "never");
    let completed = house.start(&agent, KEY, "secret").await;
    house.end(&agent, &completed, "completed").await;
    let failed = house.start(&agent, KEY, "secret").await;
    house.end(&agent, &failed, "failed").await;
    assert!(cached(&house, KEY));
    let failed = house.start(&agent, NEXT_KEY, "next").await;
    house.end(&agent, &failed, "failed").await;
    assert!(cached(&house, KEY) && !cached(&house, NEXT_KEY));
}

#[tokio::test]
async fn a_key_is_forgotten_after_seven_days_and_at_a_restart() {
    let house = House::new().await;
    let agent = house.enrol(ACCOUNT).await;
    let backup = house.start(&agent, KEY, "secret").await;
    house.end(&agent, &backup, "completed").await;
    house.clock.forward(Duration::days(7));
    assert_eq!(account(&house).await["key_state"], "in_memory");
    house.clock.forward(Duration::SECOND);
    assert_eq!(account(&house).await["key_state"], "needs_backup");
    let late = house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await
        .body;
    assert_eq!(
        (&late["captured_now"], &late["needs_backup"][0]["id"]),
        (&json!(0), &json!(ACCOUNT))
    );

    let running = house.start(&agent, KEY, "secret").await;
    let house = house.restarted();
    assert_eq!(account(&house).await["key_state"], "needs_backup");
    let unknown = house.end(&agent, &running, "completed").await;
    insta::assert_snapshot!(unknown.shown());
    let again = house.start(&agent, KEY, "secret").await;
    let ended = house.end(&agent, &again, "completed").await;
    assert_eq!(ended.body["captured_to"], json!([COLLECTION]));
}

#[tokio::test]
async fn a_machine_that_slept_through_its_backup_presents_the_key_again() {
    let house = House::new().await;
    house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    let agent = house.enrol(ACCOUNT).await;
    let asleep = house.start(&agent, KEY, "secret").await;
    house.clock.forward(Duration::days(8));
    let late = house.end(&agent, &asleep, "completed").await;
    assert_eq!(late.code(), "key-not-in-memory");
    let again = house.start(&agent, KEY, "secret").await;
    assert_eq!(house.end(&agent, &again, "completed").await.status, 200);
    assert_eq!(account(&house).await["key_state"], "captured");
    let failed = house.end(&agent, &asleep, "failed").await;
    assert_eq!(failed.status, 200, "{}", failed.shown());
    assert_eq!(account(&house).await["key_state"], "captured");
}

#[tokio::test]
async fn a_moved_account_is_captured_where_it_is_after_its_next_backup() {
    let house = House::new().await;
    house.upload(GROUP, "platform/group.pem", Value::Null).await;
    let agent = house.enrol(ACCOUNT).await;
    let backup = house.start(&agent, KEY, "secret").await;
    house.end(&agent, &backup, "completed").await;
    let to = json!({ "parent": OTHER_GROUP });
    house
        .patch(&format!("/accounts/{ACCOUNT}"), "root-admin", to)
        .await;
    assert_eq!(
        account(&house).await["key_state"],
        "in_memory",
        "the captured key does not move along"
    );
    assert_eq!(account(&house).await["captured_to"], json!([]));
    let kept = house
        .list(&format!("/scopes/{GROUP}/captured-keys"), "gus")
        .await;
    assert_eq!(kept.len(), 1, "and is not lost where it was captured");
}

#[tokio::test]
async fn one_key_id_names_one_key_and_bad_keys_are_refused_without_being_repeated() {
    let house = House::new().await;
    let agent = house.enrol(ACCOUNT).await;
    house.start(&agent, KEY, "secret").await;
    let other = house
        .post("/agent/backups", &agent, presented(KEY, "different"))
        .await;
    insta::assert_snapshot!(other.shown());
    let canary = "Y2FuYXJ5";
    for (secrets, code) in [
        (json!([]), "encryption-key-no-secrets"),
        (
            json!([{ "name": "password", "value": "" }]),
            "encryption-key-empty-secret",
        ),
        (
            json!([{ "name": "Pass word", "value": canary }]),
            "encryption-key-bad-name",
        ),
        (
            json!([{ "name": "a", "value": canary }, { "name": "a", "value": canary }]),
            "encryption-key-duplicate-name",
        ),
        (
            json!([{ "name": "a", "value": format!("{canary}!") }]),
            "secret-not-base64",
        ),
        (
            json!([{ "name": "a", "value": "A".repeat(90_000) }]),
            "encryption-key-too-large",
        ),
        (json!(canary), "body-malformed"),
        (
            json!([{ "name": "a", "value": [canary] }]),
            "body-malformed",
        ),
    ] {
        let body = json!({ "key_id": NEXT_KEY, "secrets": secrets });
        let refused = house.post("/agent/backups", &agent, body).await;
        assert_eq!(refused.code(), code);
        assert!(!refused.shown().contains(canary), "{}", refused.shown());
    }
    assert!(!cached(&house, NEXT_KEY));
}

#[tokio::test]
async fn a_backup_belongs_to_its_agent() {
    let house = House::new().await;
    let (agent, stranger) = (house.enrol(ACCOUNT).await, house.enrol(OTHER_ACCOUNT).await);
    let backup = house.start(&agent, KEY, "secret").await;
    assert_eq!(
        house.end(&stranger, &backup, "completed").await.code(),
        "not-found"
    );
    assert_eq!(
        house.end(&agent, NOTHING, "completed").await.code(),
        "not-found"
    );
}

#[tokio::test]
async fn no_key_reaches_the_disk_in_the_clear() {
    let house = House::new().await;
    house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    let agent = house.enrol(ACCOUNT).await;
    let canary = "canary-7c1d9e0f-in-the-coal-mine";
    let backup = house.start(&agent, KEY, canary).await;
    house.end(&agent, &backup, "completed").await;
    let disk = house.disk();
    let finds = |needle: &str| disk.windows(needle.len()).any(|at| at == needle.as_bytes());
    assert!(finds(KEY), "the search finds what is there");
    let value = presented(KEY, canary)["secrets"][0]["value"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(!finds(canary) && !finds(&value[..24]));
}

#[tokio::test]
async fn a_deleted_account_leaves_memory_too() {
    let house = House::new().await;
    let agent = house.enrol(ACCOUNT).await;
    house.start(&agent, KEY, "secret").await;
    let deleted = house
        .ask(Method::DELETE, &format!("/accounts/{ACCOUNT}"), "ann", None)
        .await;
    assert_eq!(deleted.status, 204);
    assert!(house.platform.cache.ids().is_empty());
    assert_eq!(house.get("/agent/account", &agent).await.status, 401);
}
