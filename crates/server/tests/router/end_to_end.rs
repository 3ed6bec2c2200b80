//! End-to-end capture: the Agent encrypts, the AccountServer signs what it cannot read, and stores it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::SecretDocument;
use keyfold_api::captured_keys::Recovery;
use keyfold_core::captured_key::{CaptureRecipient, CaptureRecord, CapturedKey};
use keyfold_core::encryption_key::EncryptionKey;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::key_pair::PrivateKey;
use serde_json::{Value, json};
use time::Duration;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use crate::harness::{ACCOUNT, Answer, COLLECTION, GROUP, House, presented, vector};

const KEY: &str = "70000000-0000-4000-8000-000000000007";
const SECRET: &[u8] = b"the AccountServer never saw this";

/// A house with certificates on both scopes, and an Agent that chose end-to-end capture.
async fn chosen() -> (House, String) {
    let house = House::new().await;
    house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    house.upload(GROUP, "platform/group.pem", Value::Null).await;
    let agent = house.enrol(ACCOUNT).await;
    house.start(&agent, KEY, "presented before").await;
    assert!(holds(&house));
    assert_eq!(choose(&house, &agent, true).await.status, 200);
    (house, agent)
}

async fn choose(house: &House, agent: &str, on: bool) -> Answer {
    house
        .put("/agent/end-to-end", agent, json!({ "on": on }))
        .await
}

fn holds(house: &House) -> bool {
    let cache = &house.platform.cache;
    cache.holds(ACCOUNT.parse().unwrap(), KEY.parse().unwrap())
}

async fn start(house: &House, agent: &str) -> String {
    let started = house
        .post("/agent/backups", agent, json!({ "key_id": KEY }))
        .await;
    assert_eq!(started.status, 201, "{}", started.shown());
    started.body["backup"].as_str().unwrap().to_owned()
}

fn certificate(file: &str) -> GroupCertificate {
    GroupCertificate::from_pem(vector(file).as_bytes()).unwrap()
}

/// As the Agent does it.
fn enveloped(house: &House, file: &str) -> Value {
    let certificate = certificate(file);
    let record = CaptureRecord {
        account: ACCOUNT.parse().unwrap(),
        scope: certificate.scope(),
        key_id: KEY.parse().unwrap(),
        certificate: certificate.fingerprint(),
        captured_at: house.platform.now(),
    };
    let key = EncryptionKey::password(Zeroizing::new(SECRET.to_vec())).unwrap();
    let recipient = CaptureRecipient::new(&certificate).unwrap();
    json!({
        "certificate": record.certificate,
        "captured_at": record.captured_at.format(&Rfc3339).unwrap(),
        "envelope": STANDARD.encode(recipient.envelop(&record, &key).unwrap()),
    })
}

async fn end(house: &House, agent: &str, backup: &str, enveloped: &Value) -> Answer {
    let body = json!({ "outcome": "completed", "exit_code": 0, "enveloped": enveloped });
    let path = format!("/agent/backups/{backup}/end");
    house.post(&path, agent, body).await
}

async fn captured(house: &House) -> Vec<Value> {
    house
        .list(&format!("/accounts/{ACCOUNT}/captured-keys"), "ann")
        .await
}

fn private_key(file: &str) -> PrivateKey {
    let (_, document) = SecretDocument::from_pem(&vector(file)).unwrap();
    PrivateKey::from_pkcs8_der(document.as_bytes()).unwrap()
}

#[tokio::test]
async fn what_the_agent_encrypted_is_recovered_like_any_other_key() {
    let (house, agent) = chosen().await;
    assert!(!holds(&house), "what was presented before is wiped");
    let account = house.get(&format!("/accounts/{ACCOUNT}"), "ann").await;
    assert_eq!(account.body["end_to_end"], true);
    let above = house.get("/agent/certificates", &agent).await.body;
    let scopes = above["certificates"].as_array().unwrap().iter();
    let scopes: Vec<_> = scopes.map(|one| one["scope"].as_str().unwrap()).collect();
    assert_eq!(scopes, [COLLECTION, GROUP], "the root's first");

    let backup = start(&house, &agent).await;
    let files = ["platform/collection.pem", "platform/group.pem"];
    let both = json!(files.map(|file| enveloped(&house, file)));
    let ended = end(&house, &agent, &backup, &both).await;
    assert_eq!(ended.body["captured_to"], json!([GROUP, COLLECTION]));
    assert!(!holds(&house));
    let rows = captured(&house).await;
    assert_eq!(rows.len(), 2);
    for row in rows {
        let path = format!("/captured-keys/{}/recoveries", row["id"].as_str().unwrap());
        let answer = house
            .post(&path, "ann", json!({ "reason": "a test" }))
            .await;
        let recovery: Recovery = serde_json::from_value(answer.body).unwrap();
        let captured_key = STANDARD.decode(&recovery.captured_key).unwrap();
        let verified = CapturedKey::from_der(&captured_key)
            .unwrap()
            .verify(house.platform.trust.root(), &[])
            .unwrap();
        let key = private_key(if row["scope"] == GROUP {
            "platform/group-key.pem"
        } else {
            "pki/group-key.pem"
        });
        let opened = verified.open(&key, Some(&recovery.summary.record()));
        assert_eq!(
            opened.unwrap().1.secret("password").unwrap().value(),
            SECRET
        );
    }
}

#[tokio::test]
async fn an_end_that_is_said_again_makes_no_second_row() {
    let (house, agent) = chosen().await;
    for backups in 1..4_usize {
        let backup = start(&house, &agent).await;
        for _ in 0..2 {
            let both = json!([enveloped(&house, "platform/group.pem")]);
            let ended = end(&house, &agent, &backup, &both).await;
            assert_eq!(ended.status, 200, "{}", ended.shown());
        }
        assert_eq!(
            captured(&house).await.len(),
            backups.min(2),
            "the first and the last stay"
        );
        house.clock.forward(Duration::DAY);
    }
}

#[tokio::test]
async fn a_key_is_neither_taken_nor_missed() {
    let (house, agent) = chosen().await;
    let refused = house
        .post("/agent/backups", &agent, presented(KEY, "by mistake"))
        .await;
    assert_eq!(refused.code(), "end-to-end");
    assert!(!holds(&house));
    assert_eq!(choose(&house, &agent, false).await.status, 200);
    let nothing = house
        .post("/agent/backups", &agent, json!({ "key_id": KEY }))
        .await;
    assert_eq!(nothing.code(), "encryption-key-no-secrets");
    let backup = house.start(&agent, KEY, "presented").await;
    let enveloped = json!([enveloped(&house, "platform/group.pem")]);
    let refused = end(&house, &agent, &backup, &enveloped).await;
    assert_eq!(refused.code(), "not-end-to-end");
    assert_eq!(house.end(&agent, &backup, "completed").await.status, 200);
    assert_eq!(captured(&house).await.len(), 2);
}

#[tokio::test]
async fn what_is_not_shaped_right_is_not_signed() {
    let (house, agent) = chosen().await;
    let backup = start(&house, &agent).await;
    let right = enveloped(&house, "platform/group.pem");
    let with = |member: &str, value: Value| {
        let mut changed = right.clone();
        changed[member] = value;
        json!([changed])
    };
    let other = certificate("platform/collection.pem").fingerprint();
    let renewed = certificate("platform/collection-renewed.pem").fingerprint();
    let in_the_clear = STANDARD.encode(SECRET);
    for (enveloped, code) in [
        (with("certificate", json!(other)), "envelope-refused"),
        (with("certificate", json!(renewed)), "certificate-not-above"),
        (
            with("captured_at", json!("2026-03-01T12:30:00Z")),
            "capture-time-refused",
        ),
        (
            with("captured_at", json!("2026-03-01T12:00:00.5Z")),
            "envelope-refused",
        ),
        (with("envelope", json!(in_the_clear)), "envelope-refused"),
        (with("envelope", json!("=")), "secret-not-base64"),
    ] {
        let refused = end(&house, &agent, &backup, &enveloped).await;
        assert_eq!(refused.code(), code, "{}", refused.shown());
    }
    assert!(captured(&house).await.is_empty());
    house.publish("platform/crl-revoking.pem");
    let backup = start(&house, &agent).await;
    let revoked = json!([enveloped(&house, "platform/collection.pem")]);
    let refused = end(&house, &agent, &backup, &revoked).await;
    assert_eq!(refused.code(), "revoked", "{}", refused.shown());
}
