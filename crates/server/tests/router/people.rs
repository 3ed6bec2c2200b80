//! Signing in and out.

use serde_json::json;
use time::Duration;

use crate::harness::{House, PASSWORD};

fn credentials(user: &str, password: &str) -> serde_json::Value {
    json!({ "user": user, "password": password })
}

#[tokio::test]
async fn a_session_begins_lasts_and_ends() {
    let house = House::new().await;
    let session = house
        .post("/sessions", "", credentials("ann", PASSWORD))
        .await;
    insta::assert_snapshot!(session.shown());
    let token = session.body["token"].as_str().unwrap().to_owned();
    insta::assert_snapshot!(house.get("/sessions/current", &token).await.shown());

    for _ in 0..12 {
        house.clock.forward(Duration::HOUR - Duration::SECOND);
        assert_eq!(house.get("/sessions/current", &token).await.status, 200);
    }
    house.clock.forward(12 * Duration::SECOND);
    let over = house.get("/sessions/current", &token).await;
    assert_eq!(
        over.status, 401,
        "a session in use has its life, and no more"
    );

    let unused = house.sign_in("ann").await;
    house.clock.forward(Duration::HOUR);
    assert_eq!(house.get("/sessions/current", &unused).await.status, 401);

    let again = house
        .post("/sessions", "", credentials("ann", PASSWORD))
        .await;
    let token = again.body["token"].as_str().unwrap().to_owned();
    assert_eq!(house.delete("/sessions/current", &token).await.status, 204);
    assert_eq!(house.get("/sessions/current", &token).await.status, 401);
}

#[tokio::test]
async fn an_unknown_user_and_a_wrong_password_look_the_same() {
    let house = House::new().await;
    let wrong = house
        .post("/sessions", "", credentials("ann", "wrong password"))
        .await;
    let unknown = house
        .post("/sessions", "", credentials("nobody", PASSWORD))
        .await;
    assert_eq!(wrong.shown(), unknown.shown());
    insta::assert_snapshot!(wrong.shown());
}

#[tokio::test]
async fn guessing_has_to_wait_and_waiting_helps() {
    let house = House::new().await;
    for _ in 0..8 {
        let wrong = house
            .post("/sessions", "", credentials("gus", "a wrong password"))
            .await;
        assert_eq!(wrong.code(), "wrong-credentials");
    }
    let refused = house
        .post("/sessions", "", credentials("gus", PASSWORD))
        .await;
    insta::assert_snapshot!(refused.shown());
    house.clock.forward(Duration::minutes(5));
    assert_eq!(
        house
            .post("/sessions", "", credentials("gus", PASSWORD))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn neither_password_nor_token_stands_in_the_database() {
    let house = House::new().await;
    let session = house
        .post("/sessions", "", credentials("ann", PASSWORD))
        .await;
    let disk = house.disk();
    let finds = |needle: &str| disk.windows(needle.len()).any(|at| at == needle.as_bytes());
    assert!(
        finds("ann") && finds("Montessori"),
        "the search finds what is there"
    );
    assert!(!finds(PASSWORD));
    assert!(!finds(session.body["token"].as_str().unwrap()));
}
