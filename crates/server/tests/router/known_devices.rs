//! Guessing makes the guesser wait, and not the owner where they signed in before.

use serde_json::{Value, json};
use time::Duration;

use crate::harness::{Answer, House, PASSWORD};

async fn sign_in(house: &House, user: &str, password: &str, device: &Value) -> Answer {
    let body = json!({ "user": user, "password": password, "device": device });
    house.post("/sessions", "", body).await
}

/// A device that the user signed in from.
async fn device(house: &House, user: &str) -> Value {
    let session = sign_in(house, user, PASSWORD, &Value::Null).await;
    assert_eq!(session.status, 200, "{}", session.shown());
    assert!(session.body["device"].is_string());
    session.body["device"].clone()
}

/// Somebody guesses until they have to wait.
async fn guess(house: &House, user: &str, device: &Value) {
    for _ in 0..8 {
        let wrong = sign_in(house, user, "a wrong password", device).await;
        assert_eq!(wrong.code(), "wrong-credentials");
    }
    let waits = sign_in(house, user, PASSWORD, device).await;
    assert_eq!(waits.code(), "too-many-attempts");
}

#[tokio::test]
async fn strangers_do_not_lock_the_owner_out() {
    let house = House::new().await;
    let desk = device(&house, "gus").await;
    let anns = device(&house, "ann").await;
    guess(&house, "gus", &Value::Null).await;
    for strange in [&json!("made up"), &json!(""), &anns] {
        let waits = sign_in(&house, "gus", PASSWORD, strange).await;
        assert_eq!(waits.code(), "too-many-attempts", "{strange}");
    }
    let owner = sign_in(&house, "gus", PASSWORD, &desk).await;
    assert_eq!(owner.status, 200, "{}", owner.shown());
    assert_eq!(owner.body["device"], desk, "it keeps its token");
    let strange = sign_in(&house, "gus", PASSWORD, &Value::Null).await;
    assert_eq!(
        strange.code(),
        "too-many-attempts",
        "the owner frees nobody"
    );
}

#[tokio::test]
async fn who_guesses_from_a_known_device_waits_too_and_others_do_not() {
    let house = House::new().await;
    let desk = device(&house, "gus").await;
    guess(&house, "gus", &desk).await;
    assert_eq!(
        sign_in(&house, "gus", PASSWORD, &Value::Null).await.status,
        200
    );
    house.clock.forward(Duration::minutes(5));
    assert_eq!(sign_in(&house, "gus", PASSWORD, &desk).await.status, 200);
}

#[tokio::test]
async fn a_device_is_known_for_ninety_days_and_until_the_password_changes() {
    let house = House::new().await;
    let desk = device(&house, "gus").await;
    let attic = device(&house, "gus").await;
    assert_ne!(desk, attic);
    house.clock.forward(Duration::days(89));
    assert_eq!(sign_in(&house, "gus", PASSWORD, &desk).await.status, 200);
    house.clock.forward(Duration::DAY);
    guess(&house, "gus", &Value::Null).await;
    let forgotten = sign_in(&house, "gus", PASSWORD, &attic).await;
    assert_eq!(forgotten.code(), "too-many-attempts");
    assert_eq!(sign_in(&house, "gus", PASSWORD, &desk).await.status, 200);
    let reset = json!({ "password": PASSWORD });
    let set = house.put("/users/gus/password", "ann", reset).await;
    assert_eq!(set.status, 204);
    let forgotten = sign_in(&house, "gus", PASSWORD, &desk).await;
    assert_eq!(forgotten.code(), "too-many-attempts");
}

#[tokio::test]
async fn who_is_signed_in_is_counted_apart() {
    let house = House::new().await;
    guess(&house, "gus", &Value::Null).await;
    let change = json!({ "present": PASSWORD, "password": "another password" });
    let changed = house.put("/sessions/current/password", "gus", change).await;
    assert_eq!(changed.status, 204, "{}", changed.shown());
}

#[tokio::test]
async fn a_device_does_not_stand_in_the_database() {
    let house = House::new().await;
    let desk = device(&house, "gus").await;
    let token = desk.as_str().unwrap().as_bytes();
    assert!(!house.disk().windows(token.len()).any(|at| at == token));
}
