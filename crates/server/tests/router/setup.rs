//! The first start: a link that makes the first platform admin, once.

use keyfold_api::audit::{Action, By, Outcome};
use keyfold_server::clock::token_hash;
use keyfold_server::store::{AuditStore as _, PeopleStore as _};
use serde_json::{Value, json};
use time::Duration;

use crate::harness::{House, PASSWORD, ROOT};

const TOKEN: &str = "what stands in the setup link";

/// As a start prints it.
pub(crate) async fn keep_link(house: &House) {
    let expires_at = house.platform.now() + Duration::days(1);
    house
        .store
        .keep_setup_link(&token_hash(TOKEN), expires_at)
        .await
        .unwrap();
}

/// `POST /setup` with the link of [`keep_link`].
pub(crate) fn set_up() -> Value {
    json!({ "token": TOKEN, "name": "ada", "display_name": "Ada Admin", "password": PASSWORD })
}

fn with(name: &str, value: &str) -> Value {
    let mut body = set_up();
    body[name] = value.into();
    body
}

#[tokio::test]
async fn the_link_makes_the_first_admin_and_then_nobody() {
    let house = House::founded().await;
    keep_link(&house).await;
    for (name, value, code) in [
        ("token", "a guess", "setup-link-refused"),
        ("name", "", "name-refused"),
        ("password", "short", "password-refused"),
    ] {
        let refused = house.post("/setup", "", with(name, value)).await;
        assert_eq!(refused.code(), code);
    }
    let admin = house.post("/setup", "", set_up()).await;
    assert_eq!(admin.status, 201, "{}", admin.shown());
    assert_eq!(admin.body["role"], "platform_admin");
    assert_eq!(admin.body["scope"], ROOT);
    let session = house.sign_in("ada").await;
    assert_eq!(house.get("/users", &session).await.status, 200);

    let again = house.post("/setup", "", with("name", "eve")).await;
    assert_eq!(again.code(), "already-set-up");
    let entries = house.store.audit_after(0, Some(Action::SetUp), 9).await;
    let acts: Vec<_> = entries
        .unwrap()
        .iter()
        .map(|it| it.act().unwrap())
        .collect();
    let told: Vec<_> = acts.iter().map(|act| (&act.by, act.outcome)).collect();
    let ada = By::User("ada".to_owned());
    assert_eq!(
        told,
        [(&By::Nobody, Outcome::Denied), (&ada, Outcome::Done)],
        "the second denial within a minute is counted"
    );
}

#[tokio::test]
async fn a_link_is_too_old_after_a_day() {
    let house = House::founded().await;
    keep_link(&house).await;
    house.clock.forward(Duration::days(1));
    let refused = house.post("/setup", "", set_up()).await;
    assert_eq!(refused.code(), "setup-link-refused");
    keep_link(&house).await;
    assert_eq!(house.post("/setup", "", set_up()).await.status, 201);
}

#[tokio::test]
async fn two_who_use_the_link_at_once_do_not_both_become_admins() {
    let house = House::founded().await;
    keep_link(&house).await;
    let (one, other) = tokio::join!(
        house.post("/setup", "", set_up()),
        house.post("/setup", "", with("name", "eve")),
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{} {}", one.shown(), other.shown());
}
