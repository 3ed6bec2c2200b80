//! Requests for Group Certificates.

use serde_json::{Value, json};

use crate::harness::{COLLECTION, GROUP, House, vector};

async fn submit(house: &House, file: &str) -> String {
    let submitted = house
        .post("/requests", "ann", json!({ "request": vector(file) }))
        .await;
    assert_eq!(submitted.status, 201, "{}", submitted.shown());
    submitted.body["id"].as_str().unwrap().to_owned()
}

async fn state(house: &House, id: &str) -> Value {
    house.get(&format!("/requests/{id}"), "ann").await.body["state"]["state"].clone()
}

async fn badge(house: &House, scope: &str) -> Value {
    house.get(&format!("/scopes/{scope}"), "ann").await.body["state"].clone()
}

/// The request without what OpenSSL makes anew.
fn shown(mut request: Value) -> String {
    request["request"] = "…".into();
    request["spki_fingerprint"] = "…".into();
    format!("{request:#}")
}

#[tokio::test]
async fn a_request_is_submitted_signed_and_uploaded() {
    let house = House::new().await;
    let id = submit(&house, "platform/collection-request.pem").await;
    assert_eq!(badge(&house, COLLECTION).await, "requested");
    insta::assert_snapshot!(shown(house.list("/requests", "olga").await[0].clone()));

    let certificate = json!({ "certificate": vector("platform/collection.pem") });
    let signed = house
        .post(
            &format!("/requests/{id}/signature"),
            "olga",
            certificate.clone(),
        )
        .await;
    assert_eq!(
        signed.body["state"]["state"],
        "signed",
        "{}",
        signed.shown()
    );
    assert_eq!(signed.body["state"]["uploaded"], false);
    assert_eq!(badge(&house, COLLECTION).await, "signed_not_uploaded");
    let again = house
        .post(&format!("/requests/{id}/signature"), "olga", certificate)
        .await;
    assert_eq!(again.code(), "request-not-waiting");

    let uploaded = house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    assert_eq!(uploaded.status, 200, "{}", uploaded.shown());
    let after = house.get(&format!("/requests/{id}"), "ann").await;
    assert_eq!(after.body["state"]["uploaded"], true);
    assert_eq!(badge(&house, COLLECTION).await, "active");
}

#[tokio::test]
async fn a_rejection_is_told_with_its_reason() {
    let house = House::new().await;
    let id = submit(&house, "platform/collection-request.pem").await;
    let path = format!("/requests/{id}/rejection");
    for blank in ["", "  \n ", "a\0b", &"x".repeat(1001)] {
        let refused = house.post(&path, "olga", json!({ "reason": blank })).await;
        assert_eq!(refused.code(), "reason-refused");
    }
    let rejected = house
        .post(&path, "olga", json!({ "reason": "Call me first.\nOlga" }))
        .await;
    assert_eq!(
        rejected.body["state"],
        json!({ "state": "rejected", "reason": "Call me first.\nOlga" })
    );
    assert_eq!(badge(&house, COLLECTION).await, "none");
}

#[tokio::test]
async fn a_later_request_takes_the_earlier_ones_place() {
    let house = House::new().await;
    let first = submit(&house, "platform/collection-request.pem").await;
    let second = submit(&house, "platform/collection-request-later.pem").await;
    let elsewhere = submit(&house, "platform/group-request.pem").await;
    assert_eq!(state(&house, &first).await, "replaced");
    assert_eq!(state(&house, &second).await, "waiting");
    assert_eq!(state(&house, &elsewhere).await, "waiting");
    let certificate = json!({ "certificate": vector("platform/collection.pem") });
    let late = house
        .post(&format!("/requests/{first}/signature"), "olga", certificate)
        .await;
    assert_eq!(late.code(), "request-not-waiting");
}

#[tokio::test]
async fn a_signature_must_fit_the_request() {
    let house = House::new().await;
    let id = submit(&house, "platform/collection-request-later.pem").await;
    let path = format!("/requests/{id}/signature");
    for (file, code) in [
        ("platform/collection.pem", "another-key-pair"),
        ("platform/group.pem", "scope-wrong"),
        ("pki/root.pem", "is-authority"),
        ("platform/collection-request.pem", "pem-missing"),
    ] {
        let refused = house
            .post(&path, "olga", json!({ "certificate": vector(file) }))
            .await;
        assert_eq!(refused.status, 422, "{file}");
        assert_eq!(refused.code(), code, "{file}");
    }
    assert_eq!(state(&house, &id).await, "waiting");
}

#[tokio::test]
async fn requests_that_core_refuses_are_refused_with_its_code() {
    let house = House::new().await;
    let good = vector("platform/collection-request.pem");
    let flipped = good.replacen("MII", "MIJ", 1);
    for (request, code) in [
        (String::new(), "pem-missing"),
        (vector("platform/collection.pem"), "pem-missing"),
        (good.repeat(2), "pem-several"),
        (format!("{good}and more"), "pem-trailing"),
        (flipped, "malformed"),
    ] {
        let refused = house
            .post("/requests", "ann", json!({ "request": request }))
            .await;
        assert_eq!((refused.status, refused.code()), (422, code));
    }
    assert_eq!(house.list("/requests", "olga").await, Vec::<Value>::new());
    let foreign = house
        .post("/requests", "gus", json!({ "request": good }))
        .await;
    assert_eq!(foreign.code(), "not-found");
    assert_eq!(house.list("/requests", "gus").await, Vec::<Value>::new());
    assert_eq!(badge(&house, GROUP).await, "none");
}
