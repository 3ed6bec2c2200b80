//! Uploading Group Certificates.

use serde_json::{Value, json};
use time::Duration;

use crate::harness::{ACCOUNT, COLLECTION, GROUP, House, OTHER_ACCOUNT};

const KEY: &str = "70000000-0000-4000-8000-000000000007";

async fn uploaded(house: &House, scope: &str, file: &str, replaces: Value) -> Value {
    let answer = house.upload(scope, file, replaces).await;
    assert_eq!(answer.status, 200, "{}", answer.shown());
    answer.body
}

async fn state(house: &House, scope: &str) -> Value {
    house
        .get(&format!("/scopes/{scope}"), "root-admin")
        .await
        .body["state"]
        .clone()
}

#[tokio::test]
async fn an_upload_captures_what_is_in_memory_and_says_what_is_missing() {
    let house = House::new().await;
    let made = house
        .post(
            "/accounts",
            "ann",
            json!({ "name": "theatre-2", "group": GROUP }),
        )
        .await;
    let (agent, stranger) = (house.enrol(ACCOUNT).await, house.enrol(OTHER_ACCOUNT).await);
    let backup = house.start(&agent, KEY, "one").await;
    assert_eq!(
        house.end(&agent, &backup, "completed").await.body["captured_to"],
        json!([])
    );
    house.start(&stranger, KEY, "two").await;
    assert_eq!(
        house.get(&format!("/accounts/{ACCOUNT}"), "ann").await.body["key_state"],
        "in_memory"
    );

    let answer = uploaded(&house, COLLECTION, "platform/collection.pem", Value::Null).await;
    assert_eq!(answer["captured_now"], 1);
    assert_eq!(answer["accounts"], 2);
    assert_eq!(
        answer["needs_backup"],
        json!([{ "id": made.body["id"], "name": "theatre-2" }])
    );
    let account = house.get(&format!("/accounts/{ACCOUNT}"), "ann").await.body;
    assert_eq!(account["key_state"], "captured");
    assert_eq!(account["captured_to"], json!([COLLECTION]));
    let coverage = house
        .get(&format!("/scopes/{COLLECTION}/coverage"), "ann")
        .await
        .body;
    assert_eq!(
        coverage,
        json!({ "captured": 1, "in_memory": 0, "needs_backup": 0, "never": 1 })
    );

    let again = uploaded(&house, COLLECTION, "platform/collection.pem", Value::Null).await;
    assert_eq!(
        again["captured_now"], 0,
        "the same upload again captures nothing twice"
    );
    assert_eq!(again["certificate"], answer["certificate"]);
    let captured = house
        .list(&format!("/accounts/{ACCOUNT}/captured-keys"), "ann")
        .await;
    assert_eq!(captured.len(), 1);
}

#[tokio::test]
async fn a_certificate_is_replaced_only_by_who_knows_which() {
    let house = House::new().await;
    let first = uploaded(&house, COLLECTION, "platform/collection.pem", Value::Null).await;
    let first = first["certificate"]["fingerprint"].clone();
    let blind = house
        .upload(COLLECTION, "platform/collection-renewed.pem", Value::Null)
        .await;
    insta::assert_snapshot!(blind.shown());
    uploaded(
        &house,
        COLLECTION,
        "platform/collection-renewed.pem",
        first.clone(),
    )
    .await;
    let list = house
        .list(&format!("/scopes/{COLLECTION}/certificates"), "olga")
        .await;
    let states: Vec<_> = list.iter().map(|row| row["state"].clone()).collect();
    assert_eq!(states, ["active", "superseded"]);
    let back = house
        .upload(
            COLLECTION,
            "platform/collection.pem",
            list[0]["fingerprint"].clone(),
        )
        .await;
    assert_eq!(back.code(), "certificate-superseded");
    let nothing_there = house.upload(GROUP, "platform/group.pem", first).await;
    assert_eq!(nothing_there.code(), "certificate-replaces-another");
}

#[tokio::test]
async fn a_certificate_that_the_profile_refuses_changes_nothing() {
    let house = House::new().await;
    for (scope, file, code) in [
        (GROUP, "platform/collection.pem", "scope-wrong"),
        (COLLECTION, "pki/capture.pem", "key-usage"),
        (COLLECTION, "platform/group-request.pem", "pem-missing"),
    ] {
        let refused = house.upload(scope, file, Value::Null).await;
        assert_eq!(refused.status, 422, "{file}");
        assert_eq!(refused.code(), code, "{file}");
    }
    house.clock.forward(Duration::days(45));
    let expired = house.upload(GROUP, "platform/group.pem", Value::Null).await;
    assert_eq!(expired.code(), "expired");
    assert_eq!(state(&house, GROUP).await, "none");
    assert_eq!(state(&house, COLLECTION).await, "none");
}

#[tokio::test]
async fn revoked_or_unknown_is_refused_and_a_new_list_is_noticed() {
    let house = House::new().await;
    house.publish("platform/crl-stale.pem");
    let stale = house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    assert_eq!(stale.code(), "revocation-stale");
    house.publish("platform/crl-revoking.pem");
    let revoked = house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    assert_eq!(revoked.code(), "revoked");
    house.publish("platform/crl.pem");
    uploaded(&house, COLLECTION, "platform/collection.pem", Value::Null).await;
    assert_eq!(state(&house, COLLECTION).await, "active");
    house.publish("platform/crl-revoking.pem");
    assert_eq!(state(&house, COLLECTION).await, "revoked");

    let agent = house.enrol(ACCOUNT).await;
    let backup = house.start(&agent, KEY, "one").await;
    let ended = house.end(&agent, &backup, "completed").await;
    assert_eq!(
        ended.body["captured_to"],
        json!([]),
        "a revoked certificate captures nothing"
    );
}

#[tokio::test]
async fn states_follow_the_calendar() {
    let house = House::new().await;
    uploaded(&house, GROUP, "platform/group.pem", Value::Null).await;
    assert_eq!(state(&house, GROUP).await, "expires_soon");
    uploaded(&house, COLLECTION, "platform/collection.pem", Value::Null).await;
    assert_eq!(state(&house, COLLECTION).await, "active");
    let report = house
        .list(
            &format!("/scopes/{COLLECTION}/reports/group-certificates-active"),
            "ann",
        )
        .await;
    let rows: Vec<_> = report
        .iter()
        .map(|row| {
            (
                row["scope"].clone(),
                row["from_scope"].clone(),
                row["state"].clone(),
                row["path"].clone(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            (
                json!(COLLECTION),
                json!(COLLECTION),
                json!("active"),
                json!(["Northwind"])
            ),
            (
                json!(GROUP),
                json!(GROUP),
                json!("expires_soon"),
                json!(["Northwind", "Hospitals"])
            ),
            (
                json!(GROUP),
                json!(COLLECTION),
                json!("active"),
                json!(["Northwind", "Hospitals"])
            ),
        ]
    );
    house.clock.forward(Duration::days(32));
    assert_eq!(state(&house, GROUP).await, "expired");
}

#[tokio::test]
async fn a_scope_with_captured_keys_and_an_account_with_them_stay() {
    let house = House::new().await;
    uploaded(&house, GROUP, "platform/group.pem", Value::Null).await;
    let agent = house.enrol(ACCOUNT).await;
    let backup = house.start(&agent, KEY, "one").await;
    house.end(&agent, &backup, "completed").await;
    let account = house.delete(&format!("/accounts/{ACCOUNT}"), "ann").await;
    insta::assert_snapshot!(account.shown());
    let elsewhere = house
        .post(
            "/scopes",
            "ann",
            json!({ "kind": "group", "name": "x", "parent": COLLECTION }),
        )
        .await;
    let elsewhere = json!({ "parent": elsewhere.body["guid"] });
    house
        .patch(&format!("/accounts/{ACCOUNT}"), "ann", elsewhere)
        .await;
    let refused = house.delete(&format!("/scopes/{GROUP}"), "ann").await;
    assert_eq!(refused.code(), "not-empty", "gus has rights there");
}
