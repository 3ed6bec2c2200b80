//! Fetching captured keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::SecretDocument;
use keyfold_api::audit::{Act, Action, By};
use keyfold_api::captured_keys::Recovery;
use keyfold_core::captured_key::CapturedKey;
use keyfold_core::key_pair::PrivateKey;
use keyfold_server::store::AuditStore as _;
use serde_json::{Value, json};

use crate::harness::{ACCOUNT, COLLECTION, GROUP, House, vector};

const KEY: &str = "70000000-0000-4000-8000-000000000007";

pub(crate) async fn captured(house: &House) {
    house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    house.upload(GROUP, "platform/group.pem", Value::Null).await;
    let agent = house.enrol(ACCOUNT).await;
    let backup = house.start(&agent, KEY, "open sesame").await;
    assert_eq!(house.end(&agent, &backup, "completed").await.status, 200);
}

/// Where the key that [`captured`] captured to the Group's certificate is recovered.
pub(crate) async fn path(house: &House) -> String {
    let list = house
        .list(&format!("/accounts/{ACCOUNT}/captured-keys"), "gus")
        .await;
    format!(
        "/captured-keys/{}/recoveries",
        list[0]["id"].as_str().unwrap()
    )
}

pub(crate) async fn recoveries(house: &House) -> Vec<Act> {
    let rows = house
        .store
        .audit_after(0, Some(Action::FetchCapturedKey), 100)
        .await;
    rows.unwrap().iter().map(|row| row.act().unwrap()).collect()
}

fn private_key(file: &str) -> PrivateKey {
    let (_, document) = SecretDocument::from_pem(&vector(file)).unwrap();
    PrivateKey::from_pkcs8_der(document.as_bytes()).unwrap()
}

#[tokio::test]
async fn what_was_captured_opens_to_the_key_that_was_presented() {
    let house = House::new().await;
    captured(&house).await;
    let list = house
        .list(&format!("/accounts/{ACCOUNT}/captured-keys"), "ann")
        .await;
    for (row, key) in list.iter().map(|row| {
        let own = row["scope"] == GROUP;
        (
            row,
            if own {
                "platform/group-key.pem"
            } else {
                "pki/group-key.pem"
            },
        )
    }) {
        assert_eq!(row["current"], true);
        let path = format!("/captured-keys/{}/recoveries", row["id"].as_str().unwrap());
        let answer = house
            .post(&path, "ann", json!({ "reason": "the machine burnt" }))
            .await;
        let recovery: Recovery = serde_json::from_value(answer.body).unwrap();
        let captured_key = STANDARD.decode(&recovery.captured_key).unwrap();
        let captured_key = CapturedKey::from_der(&captured_key).unwrap();
        let verified = captured_key
            .verify(house.platform.trust.root(), &[])
            .unwrap();
        let opened = verified
            .open(&private_key(key), Some(&recovery.summary.record()))
            .unwrap();
        assert_eq!(opened.1.secret("password").unwrap().value(), b"open sesame");
    }
    let recorded = recoveries(&house).await;
    assert_eq!(recorded.len(), 2);
    assert!(recorded.iter().all(|act| {
        act.by == By::User("ann".to_owned()) && act.why.as_deref() == Some("the machine burnt")
    }));
}

#[tokio::test]
async fn nobody_recovers_with_a_certificate_from_above_their_scope() {
    let house = House::new().await;
    captured(&house).await;
    let list = house
        .list(&format!("/accounts/{ACCOUNT}/captured-keys"), "ann")
        .await;
    let of = |scope: &str| {
        let row = list.iter().find(|row| row["scope"] == scope).unwrap();
        row["id"].as_str().unwrap().to_owned()
    };
    let seen = house
        .list(&format!("/accounts/{ACCOUNT}/captured-keys"), "gus")
        .await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["id"], of(GROUP));
    let why = json!({ "reason": "curious" });
    for (who, id) in [("gus", of(COLLECTION)), ("otto", of(GROUP))] {
        let refused = house
            .post(&format!("/captured-keys/{id}/recoveries"), who, why.clone())
            .await;
        assert_eq!(refused.code(), "not-found");
    }
    let blank = json!({ "reason": " " });
    let refused = house
        .post(
            &format!("/captured-keys/{}/recoveries", of(GROUP)),
            "gus",
            blank,
        )
        .await;
    assert_eq!(refused.code(), "reason-refused");
    assert!(
        recoveries(&house).await.is_empty(),
        "a refusal is no recovery"
    );
}
