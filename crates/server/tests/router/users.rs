//! People: added, changed, deleted, and never given more than who gives has.

use keyfold_api::sessions::Role;
use serde_json::{Value, json};

use crate::harness::{COLLECTION, GROUP, House, OTHER, PASSWORD, ROOT};

fn new(name: &str, role: &str, scope: &str) -> Value {
    json!({ "name": name, "display_name": "Somebody", "role": role, "scope": scope, "password": PASSWORD })
}

async fn names(house: &House, asker: &str) -> Vec<String> {
    let list = house.get("/users", asker).await.body;
    let name = |user: &Value| user["name"].as_str().unwrap().to_owned();
    list["items"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn users_are_added_changed_and_deleted() {
    let house = House::new().await;
    let added = house
        .post("/users", "ann", new("dora", "group_admin", GROUP))
        .await;
    insta::assert_snapshot!(added.shown());
    let session = house.sign_in("dora").await;
    let renamed = house
        .patch("/users/dora", "ann", json!({ "display_name": "Dora D." }))
        .await;
    assert_eq!(renamed.body["display_name"], "Dora D.");
    assert_eq!(house.get("/scopes", &session).await.status, 200);
    let demoted = house
        .patch("/users/dora", "ann", json!({ "role": "auditor" }))
        .await;
    assert_eq!(demoted.body["role"], "auditor");
    assert_eq!(
        house.get("/scopes", &session).await.code(),
        "not-signed-in",
        "new rights end sessions"
    );
    let again = house
        .post("/users", "ann", new("dora", "auditor", GROUP))
        .await;
    assert_eq!(again.code(), "name-taken");
    assert_eq!(house.delete("/users/dora", "ann").await.status, 204);
    assert_eq!(house.get("/users/dora", "ann").await.code(), "not-found");
}

#[tokio::test]
async fn admins_see_the_users_of_their_part_of_the_tree() {
    let house = House::new().await;
    let everybody = ["ann", "audrey", "gus", "olga", "otto", "root-admin"];
    assert_eq!(names(&house, "root-admin").await, everybody);
    assert_eq!(names(&house, "ann").await, ["ann", "audrey", "gus"]);
    assert_eq!(names(&house, "gus").await, ["gus"]);
    assert_eq!(house.get("/users/otto", "ann").await.code(), "not-found");
}

#[tokio::test]
async fn nobody_gives_more_than_they_have() {
    let house = House::new().await;
    for (role, scope, code) in [
        ("platform_admin", COLLECTION, "not-allowed"),
        ("officer", GROUP, "not-allowed"),
        ("group_admin", ROOT, "parent-not-found"),
        ("auditor", OTHER, "parent-not-found"),
    ] {
        let refused = house.post("/users", "ann", new("x", role, scope)).await;
        assert_eq!(refused.code(), code, "{role} on {scope}");
        let change = json!({ "role": role, "scope": scope });
        let refused = house.patch("/users/gus", "ann", change).await;
        assert_eq!(refused.code(), code, "{role} on {scope}");
    }
    let elsewhere = house
        .post("/users", "root-admin", new("x", "platform_admin", GROUP))
        .await;
    assert_eq!(elsewhere.code(), "not-allowed");
    for change in [
        house
            .patch("/users/ann", "ann", json!({ "scope": GROUP }))
            .await,
        house.delete("/users/ann", "ann").await,
        house
            .put(
                "/users/ann/password",
                "ann",
                json!({ "password": PASSWORD }),
            )
            .await,
        house.delete("/users/ann/second-factor", "ann").await,
    ] {
        assert_eq!(
            change.code(),
            "not-allowed",
            "one's own rights are others' to change"
        );
    }
}

#[tokio::test]
async fn the_last_platform_admin_stays() {
    let house = House::new().await;
    for refused in [
        house.delete("/users/root-admin", "root-admin").await,
        house
            .patch(
                "/users/root-admin",
                "root-admin",
                json!({ "disabled": true }),
            )
            .await,
        house
            .patch(
                "/users/root-admin",
                "root-admin",
                json!({ "role": "auditor" }),
            )
            .await,
    ] {
        insta::allow_duplicates!(insta::assert_snapshot!(refused.shown()));
    }
    let second = new("second", "platform_admin", ROOT);
    assert_eq!(house.post("/users", "root-admin", second).await.status, 201);
    let gone = house.delete("/users/root-admin", "root-admin").await;
    assert_eq!(gone.status, 204);
}

#[tokio::test]
async fn who_is_disabled_is_out_at_once_and_comes_back() {
    let house = House::new().await;
    let disable = |disabled: bool| json!({ "disabled": disabled });
    house.patch("/users/gus", "ann", disable(true)).await;
    assert_eq!(house.get("/scopes", "gus").await.code(), "not-signed-in");
    let credentials = json!({ "user": "gus", "password": PASSWORD });
    let refused = house.post("/sessions", "", credentials).await;
    assert_eq!(refused.code(), "wrong-credentials");
    house.patch("/users/gus", "ann", disable(false)).await;
    house.sign_in("gus").await;
}

#[tokio::test]
async fn passwords_are_changed_with_the_present_one_or_from_above() {
    let house = House::new().await;
    let change =
        |present: &str, password: &str| json!({ "present": present, "password": password });
    let path = "/sessions/current/password";
    let wrong = house
        .put(path, "gus", change("wrong", "another password"))
        .await;
    assert_eq!(wrong.code(), "wrong-password");
    let short = house.put(path, "gus", change(PASSWORD, "short")).await;
    assert_eq!(short.code(), "password-refused");
    let other = house.sign_in("gus").await;
    let changed = house
        .put(path, "gus", change(PASSWORD, "another password"))
        .await;
    assert_eq!(changed.status, 204);
    for token in ["gus", &other] {
        assert_eq!(house.get("/scopes", token).await.code(), "not-signed-in");
    }
    let reset = json!({ "password": PASSWORD });
    let peer = house
        .put("/users/audrey/password", "gus", reset.clone())
        .await;
    assert_eq!(peer.code(), "not-signed-in");
    let above = house.put("/users/gus/password", "ann", reset).await;
    assert_eq!(above.status, 204);
    house.sign_in("gus").await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner_and_from_above() {
    let house = House::new().await;
    let token = house.sign_in("gus").await;
    let list = house.get("/sessions", &token).await;
    let sessions = list.body["items"].as_array().unwrap().clone();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions[0]["current"], true);
    assert!(!list.shown().contains(&token), "a list holds no token");
    let id = |session: &Value| session["id"].as_str().unwrap().to_owned();

    let foreign = house
        .delete(&format!("/sessions/{}", id(&sessions[1])), "audrey")
        .await;
    assert_eq!(foreign.code(), "not-found");
    let own = house
        .delete(&format!("/sessions/{}", id(&sessions[1])), &token)
        .await;
    assert_eq!(own.status, 204);
    assert_eq!(house.get("/scopes", "gus").await.code(), "not-signed-in");

    let seen = house.get("/users/gus/sessions", "ann").await.body;
    assert_eq!(seen["items"][0]["id"], id(&sessions[0]));
    let path = format!("/users/gus/sessions/{}", id(&sessions[0]));
    assert_eq!(house.delete(&path, "ann").await.status, 204);
    assert_eq!(house.get("/scopes", &token).await.code(), "not-signed-in");
    let again = house.sign_in("gus").await;
    assert_eq!(house.delete("/users/gus/sessions", "ann").await.status, 204);
    assert_eq!(house.get("/scopes", &again).await.code(), "not-signed-in");
}

#[tokio::test]
async fn settings_are_kept_within_bounds() {
    let house = House::new().await;
    let settings = |idle: u32, life: u32| {
        json!({
            "session_idle_seconds": idle, "session_life_seconds": life,
            "second_factor_for": [Role::Officer], "second_factor_at_recovery": false,
        })
    };
    insta::assert_snapshot!(house.get("/platform/settings", "root-admin").await.shown());
    for (idle, life) in [(59, 600), (601, 600), (60, 30 * 24 * 3600 + 1)] {
        let refused = house
            .put("/platform/settings", "root-admin", settings(idle, life))
            .await;
        assert_eq!(refused.code(), "settings-refused", "{idle} {life}");
    }
    let changed = house
        .put("/platform/settings", "root-admin", settings(60, 600))
        .await;
    assert_eq!(changed.body, settings(60, 600));
    assert_eq!(
        house.get("/requests", "olga").await.code(),
        "second-factor-not-set-up",
        "whoever must have a second factor sets it up first"
    );
    assert_eq!(house.get("/scopes", "ann").await.status, 200);
}
