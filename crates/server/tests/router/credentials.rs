//! How credentials of Agents are renewed and revoked.

use keyfold_api::audit::Action;
use keyfold_server::store::AuditStore as _;
use serde_json::json;

use crate::harness::{ACCOUNT, Answer, GROUP, House};

async fn works(house: &House, credential: &str) -> Answer {
    house.get("/agent/account", credential).await
}

async fn renew(house: &House, credential: &str) -> String {
    let renewed = house
        .post("/agent/credentials", credential, json!({}))
        .await;
    assert_eq!(renewed.status, 201, "{}", renewed.shown());
    renewed.body["credential"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_credential_works_until_the_next_one_was_used() {
    let house = House::new().await;
    let first = house.enrol(ACCOUNT).await;
    let lost = renew(&house, &first).await;
    let next = renew(&house, &first).await;
    assert_eq!(
        works(&house, &first).await.status,
        200,
        "a lost answer locks nobody out"
    );
    assert_eq!(works(&house, &next).await.status, 200);
    insta::assert_snapshot!(works(&house, &first).await.shown());
    assert_eq!(works(&house, &lost).await.code(), "credential-superseded");
    let house = house.restarted();
    assert_eq!(works(&house, &next).await.status, 200);
    let renewing = house.post("/agent/credentials", &first, json!({})).await;
    assert_eq!(renewing.code(), "credential-superseded");
}

#[tokio::test]
async fn a_revoked_credential_is_told_from_a_guess() {
    let house = House::new().await;
    let present = house.enrol(ACCOUNT).await;
    let next = renew(&house, &present).await;
    let tokens = format!("/accounts/{ACCOUNT}/enrolment-tokens");
    let waiting = house.post(&tokens, "gus", json!({})).await.body;
    let waiting = waiting["enrolment"].as_str().unwrap();
    let waiting = keyfold_api::agents::Enrolment::from_text(waiting).unwrap();

    let path = format!("/accounts/{ACCOUNT}/agent");
    assert_eq!(house.delete(&path, "otto").await.code(), "not-found");
    assert_eq!(house.delete(&path, "gus").await.status, 204);
    assert_eq!(house.delete(&path, "gus").await.status, 204);
    insta::assert_snapshot!(works(&house, &present).await.shown());
    assert_eq!(works(&house, &next).await.code(), "credential-revoked");
    let used = Some(Action::UseEndedCredential);
    let audited = house.store.audit_after(0, used, 10).await.unwrap();
    let told: Vec<_> = audited.iter().map(|row| row.act().unwrap()).collect();
    assert_eq!(
        told.len(),
        1,
        "within a minute it is told once, then counted"
    );
    assert_eq!(told[0].account, Some(ACCOUNT.parse().unwrap()));
    assert_eq!(told[0].why.as_deref(), Some("credential-revoked"));
    assert_eq!(works(&house, "a guess").await.code(), "not-signed-in");
    let enrol = json!({ "token": waiting.token, "host_name": "thief" });
    let enrolled = house.post("/agent/enrolment", "", enrol).await;
    assert_eq!(enrolled.code(), "enrolment-refused");

    let accounts = format!("/accounts/{ACCOUNT}");
    assert_eq!(house.get(&accounts, "gus").await.body["enrolled"], false);
    let anew = house.enrol(ACCOUNT).await;
    assert_eq!(works(&house, &anew).await.status, 200);
    assert_eq!(works(&house, &present).await.code(), "credential-revoked");
    let group = house.get(&format!("/scopes/{GROUP}/accounts"), "gus").await;
    assert!(group.body.to_string().contains("\"enrolled\":true"));
}

#[tokio::test]
async fn a_kept_answer_is_not_for_a_revoked_credential() {
    let house = House::new().await;
    let agent = house.enrol(ACCOUNT).await;
    let ask = async || {
        let request = axum::http::Request::post("/api/v1/agent/credentials")
            .header("Authorization", format!("Bearer {agent}"))
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "k")
            .body(axum::body::Body::from("{}"));
        house.send(request.unwrap()).await
    };
    assert_eq!(ask().await.status, 201);
    house
        .delete(&format!("/accounts/{ACCOUNT}/agent"), "gus")
        .await;
    assert_eq!(ask().await.code(), "credential-revoked");
}
