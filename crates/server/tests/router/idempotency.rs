//! Every changing route, sent again with its idempotency key: the same answer and not one row more, also when the process
//! died between the change and the kept answer.

mod jobs;
mod scene;

use std::collections::BTreeSet;

use axum::http::Method;
use keyfold_api::agents::Enrolment;
use serde_json::{Value, json};
use sqlx::query_scalar;
use time::Duration;

use self::jobs::jobs_are_asked_for;
use self::scene::Scene;
use crate::contract;
use crate::harness::{
    ACCOUNT, COLLECTION, GROUP, House, OTHER_ACCOUNT, PASSWORD, presented, vector,
};
use crate::second_factors::Authenticator;
use crate::setup;

const KEY: &str = "70000000-0000-4000-8000-000000000007";

fn whole(body: &Value) -> &Value {
    body
}

#[tokio::test]
async fn every_changing_route_is_answered_once_for_each_key() {
    let mut scene = Scene::new().await;
    people_change_the_tree(&mut scene).await;
    certificates_come_and_keys_are_recovered(&mut scene).await;
    let session = scene
        .thrice(
            Method::POST,
            "/sessions",
            "",
            json!({ "user": "ann", "password": PASSWORD }),
            whole,
        )
        .await;
    let token = session["token"].as_str().unwrap();
    scene
        .thrice(
            Method::DELETE,
            "/sessions/current",
            token,
            Value::Null,
            whole,
        )
        .await;
    assert_eq!(
        scene.house.get("/sessions/current", token).await.status,
        401
    );
    users_are_managed(&mut scene).await;
    a_second_factor_is_set_up(&mut scene).await;
    jobs_are_asked_for(&mut scene).await;
    let changing = contract::operations().into_keys();
    let changing: BTreeSet<String> = changing
        .filter(|(_, method)| *method != Method::GET)
        // Wants a platform without users: a test of its own.
        .filter(|(path, _)| path != "/api/v1/setup")
        // These want an identity provider: tests/store/oidc.rs and the end-to-end tests do each step twice.
        .filter(|(path, _)| !path.starts_with("/api/v1/oidc/"))
        .map(|(path, method)| format!("{method} {path}"))
        .collect();
    assert_eq!(scene.tried, changing, "a new route belongs into this test");
}

#[tokio::test]
async fn a_platform_is_set_up_once() {
    let mut scene = Scene::of(House::founded().await).await;
    setup::keep_link(&scene.house).await;
    let body = setup::set_up();
    scene.thrice(Method::POST, "/setup", "", body, whole).await;
    scene.house.sign_in("ada").await;
}

async fn users_are_managed(scene: &mut Scene) {
    let (post, put, delete) = (Method::POST, Method::PUT, Method::DELETE);
    let (dora, admin) = ("/users/dora", "root-admin");
    let new = json!({
        "name": "dora", "display_name": "Dora", "role": "auditor", "scope": GROUP, "password": PASSWORD,
    });
    scene.thrice(post, "/users", admin, new, whole).await;
    let rename = json!({ "display_name": "D." });
    scene
        .thrice(Method::PATCH, dora, admin, rename, whole)
        .await;
    let settings = scene.house.get("/platform/settings", admin).await.body;
    scene
        .thrice(put.clone(), "/platform/settings", admin, settings, whole)
        .await;
    let rule = format!("/scopes/{COLLECTION}/alert-rules/certificate-expires");
    let days = json!({ "on": true, "days": [30], "recipients": [] });
    scene.thrice(put.clone(), &rule, admin, days, whole).await;
    scene
        .thrice(delete.clone(), &rule, admin, Value::Null, whole)
        .await;
    for path in [
        scene.session_of("dora").await,
        "/users/dora/sessions".to_owned(),
        "/users/dora/second-factor".to_owned(),
    ] {
        scene
            .thrice(delete.clone(), &path, admin, Value::Null, whole)
            .await;
    }
    let own = scene.session_of("olga").await.replace("/users/olga", "");
    scene
        .thrice(delete.clone(), &own, "olga", Value::Null, whole)
        .await;
    let password = json!({ "password": PASSWORD });
    scene
        .thrice(put.clone(), "/users/dora/password", admin, password, whole)
        .await;
    scene.thrice(delete, dora, admin, Value::Null, whole).await;
    // It ends the session that asks: after a crash, the person signs in and sees.
    let change = json!({ "present": PASSWORD, "password": "another password" });
    let path = "/sessions/current/password";
    let question = (&put, path, "otto", &change);
    for _ in 0..2 {
        assert_eq!(scene.ask("\"own\"", question).await.status, 204);
    }
    scene.tried.insert(format!("PUT /api/v1{path}"));
}

async fn a_second_factor_is_set_up(scene: &mut Scene) {
    let path = "/sessions/current/second-factor";
    let begin = json!({ "password": PASSWORD });
    let shown = scene
        .thrice(Method::POST, path, "audrey", begin, whole)
        .await;
    let authenticator = Authenticator::of(&shown);
    let confirm = json!({ "code": authenticator.code(&scene.house) });
    let confirmed = scene
        .thrice(Method::PUT, path, "audrey", confirm, whole)
        .await;
    scene.house.clock.forward(Duration::seconds(30));
    let recovery_code = confirmed["recovery_codes"][0].as_str().unwrap().to_owned();
    for code in [authenticator.code(&scene.house), recovery_code] {
        let body = json!({ "user": "audrey", "password": PASSWORD, "code": code });
        let question = (&Method::POST, "/sessions", "", &body);
        let key = format!("\"signing-in-once-with-{code}\"");
        let first = scene.ask(&key, question).await;
        assert_eq!(first.status, 200, "{}", first.shown());
        scene.lose_the_answers().await;
        let again = scene.ask(&key, question).await;
        assert_eq!(first.shown(), again.shown(), "after a crash");
    }
}

async fn people_change_the_tree(scene: &mut Scene) {
    let (post, delete) = (Method::POST, Method::DELETE);
    let new = json!({ "kind": "group", "name": "Maternity", "parent": COLLECTION });
    let group = scene
        .thrice(post.clone(), "/scopes", "ann", new, whole)
        .await;
    let group = group["guid"].as_str().unwrap();
    let path = format!("/scopes/{group}");
    let rename = json!({ "name": "Birth" });
    scene
        .thrice(Method::PATCH, &path, "ann", rename, whole)
        .await;
    let new = json!({ "name": "ward-1", "group": group });
    let account = scene
        .thrice(post.clone(), "/accounts", "ann", new, whole)
        .await;
    let account = format!("/accounts/{}", account["id"].as_str().unwrap());
    let rename = json!({ "name": "ward-2" });
    scene
        .thrice(Method::PATCH, &account, "ann", rename, whole)
        .await;
    let tokens = format!("{account}/enrolment-tokens");
    let enrolment = scene
        .thrice(post.clone(), &tokens, "ann", json!({}), whole)
        .await;
    let enrolment = Enrolment::from_text(enrolment["enrolment"].as_str().unwrap()).unwrap();
    let enrol = json!({ "token": enrolment.token, "host_name": "ward-2" });
    let enrolled = scene
        .thrice(post, "/agent/enrolment", "", enrol, whole)
        .await;
    let credential = enrolled["credential"].as_str().unwrap();
    assert_eq!(
        scene.house.get("/agent/account", credential).await.status,
        200
    );
    let renewed = scene
        .thrice(
            Method::POST,
            "/agent/credentials",
            credential,
            json!({}),
            whole,
        )
        .await;
    let renewed = renewed["credential"].as_str().unwrap();
    assert_eq!(scene.house.get("/agent/account", renewed).await.status, 200);
    let choice = json!({ "on": true });
    scene
        .thrice(Method::PUT, "/agent/end-to-end", renewed, choice, whole)
        .await;
    let agent = format!("{account}/agent");
    scene
        .thrice(delete.clone(), &agent, "ann", Value::Null, whole)
        .await;
    scene
        .thrice(delete.clone(), &account, "ann", Value::Null, whole)
        .await;
    scene.thrice(delete, &path, "ann", Value::Null, whole).await;
}

async fn certificates_come_and_keys_are_recovered(scene: &mut Scene) {
    let post = Method::POST;
    let agent = scene.house.enrol(ACCOUNT).await;
    let key = presented(KEY, "secret");
    let started = scene
        .thrice(post.clone(), "/agent/backups", &agent, key, whole)
        .await;
    let end = format!("/agent/backups/{}/end", started["backup"].as_str().unwrap());
    let completed = json!({ "outcome": "completed", "exit_code": 0 });
    scene
        .thrice(post.clone(), &end, &agent, completed, whole)
        .await;

    let submit = json!({ "request": vector("platform/group-request.pem") });
    let rejected = scene
        .thrice(post.clone(), "/requests", "ann", submit, whole)
        .await;
    let path = format!("/requests/{}/rejection", rejected["id"].as_str().unwrap());
    let reason = json!({ "reason": "Call me first." });
    scene
        .thrice(post.clone(), &path, "olga", reason, whole)
        .await;
    let submit = json!({ "request": vector("platform/collection-request.pem") });
    let request = scene.house.post("/requests", "ann", submit).await.body;
    let path = format!("/requests/{}/signature", request["id"].as_str().unwrap());
    let certificate = vector("platform/collection.pem");
    let signed = json!({ "certificate": certificate });
    scene
        .thrice(post.clone(), &path, "olga", signed, whole)
        .await;
    let upload = json!({ "certificate": certificate, "replaces": null });
    let path = format!("/scopes/{COLLECTION}/certificates");
    // How many keys are captured at once is told by whoever captures them.
    let uploaded = scene
        .thrice(
            post.clone(),
            &path,
            "ann",
            upload,
            |body| &body["certificate"],
        )
        .await;
    assert_eq!(uploaded["captured_now"], 1);
    let captured = scene
        .house
        .list(&format!("/accounts/{ACCOUNT}/captured-keys"), "ann")
        .await;
    let path = format!(
        "/captured-keys/{}/recoveries",
        captured[0]["id"].as_str().unwrap()
    );
    let reason = json!({ "reason": "The ward's machine died." });
    scene.thrice(post, &path, "ann", reason, whole).await;
}

#[tokio::test]
async fn a_key_is_visible_ascii_and_belongs_to_one_question_of_one_caller() {
    let scene = Scene::new().await;
    let post = Method::POST;
    let new = |name: &str| json!({ "name": name, "group": GROUP });
    for key in ["", "a b", "\u{e4}", &"x".repeat(129)] {
        let refused = scene
            .ask(key, (&post, "/accounts", "ann", &new("ward-1")))
            .await;
        assert_eq!(refused.code(), "idempotency-key-refused", "“{key}”");
    }
    let sign_in = json!({ "user": "ann", "password": PASSWORD });
    let guessable = scene.ask("1", (&post, "/sessions", "", &sign_in)).await;
    assert_eq!(guessable.code(), "idempotency-key-refused");

    let first = scene.ask("1", (&post, "/accounts", "ann", &new("a"))).await;
    let body = scene.ask("1", (&post, "/accounts", "ann", &new("b"))).await;
    insta::assert_snapshot!(body.shown());
    let scope = json!({ "kind": "group", "name": "x", "parent": COLLECTION });
    let route = scene.ask("1", (&post, "/scopes", "ann", &scope)).await;
    assert_eq!(route.code(), "idempotency-key-reused");
    let other = scene.ask("1", (&post, "/accounts", "gus", &new("a"))).await;
    assert_eq!((first.status, other.status), (201, 201));
    assert_ne!(first.body["id"], other.body["id"], "another caller's key");
    let plain = scene.house.post("/accounts", "ann", new("a")).await;
    assert_ne!(first.body["id"], plain.body["id"], "no key, no memory");
}

#[tokio::test]
async fn a_refusal_changes_nothing_and_leaves_its_key_free() {
    let scene = Scene::new().await;
    let post = Method::POST;
    for (token, name, status) in [("ann", " ", 422), ("", "a", 401), ("olga", "a", 403)] {
        let new = json!({ "name": name.trim(), "group": GROUP });
        let key = "a-key-that-is-long-enough-for-everybody";
        let refused = scene.ask(key, (&post, "/accounts", token, &new)).await;
        assert_eq!(refused.status, status, "{}", refused.shown());
    }
    let keys: i64 = query_scalar("SELECT count(*) FROM idempotency_keys")
        .fetch_one(&scene.database)
        .await
        .unwrap();
    assert_eq!(keys, 0, "whoever is refused fills no table");
}

#[tokio::test]
async fn questions_at_a_time_with_one_key_make_one_row() {
    let scene = Scene::new().await;
    let new = json!({ "name": "ward-1", "group": GROUP });
    let question = (&Method::POST, "/accounts", "ann", &new);
    let answers = tokio::join!(
        scene.ask("k", question),
        scene.ask("k", question),
        scene.ask("k", question),
        scene.ask("k", question),
    );
    let answers = [answers.0, answers.1, answers.2, answers.3];
    let first = answers.iter().find(|answer| answer.status == 201).unwrap();
    for answer in &answers {
        let in_use = answer.code() == "idempotency-key-in-use";
        assert!(
            in_use || answer.shown() == first.shown(),
            "{}",
            answer.shown()
        );
    }
    let path = format!("/scopes/{GROUP}/accounts");
    let accounts = scene.house.get(&path, "ann").await.body;
    assert_eq!(accounts.to_string().matches("ward-1").count(), 1);
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let scene = Scene::new().await;
    let new = json!({ "name": "ward-1", "group": GROUP });
    let question = (&Method::POST, "/accounts", "ann", &new);
    scene.ask("k", question).await;
    let store = &scene.house.platform.store;
    for (hours, forgotten) in [(23, 0), (1, 1)] {
        scene.house.clock.forward(Duration::hours(hours));
        let now = scene.house.platform.now();
        assert_eq!(store.forget_answers(now).await.unwrap(), forgotten);
    }
}

#[tokio::test]
async fn a_restart_forgets_no_key_and_no_secret_lies_in_the_clear() {
    let mut scene = Scene::new().await;
    let path = format!("/accounts/{OTHER_ACCOUNT}/enrolment-tokens");
    let body = json!({});
    let question = (&Method::POST, path.as_str(), "otto", &body);
    let first = scene.ask("k", question).await;
    let text = first.body["enrolment"].as_str().unwrap();
    let token = Enrolment::from_text(text).unwrap().token;
    let disk = scene.house.disk();
    for secret in [text, &token, "Idempotency"] {
        assert!(!disk.windows(secret.len()).any(|at| at == secret.as_bytes()));
    }
    scene.house = scene.house.restarted();
    assert_eq!(first.shown(), scene.ask("k", question).await.shown());
}

#[tokio::test]
async fn a_session_that_ended_reads_no_kept_answer() {
    let scene = Scene::new().await;
    let path = format!("/accounts/{ACCOUNT}/enrolment-tokens");
    let body = json!({});
    let question = (&Method::POST, path.as_str(), "ann", &body);
    assert_eq!(scene.ask("k", question).await.status, 201);
    let out = (&Method::DELETE, "/sessions/current", "ann", &Value::Null);
    assert_eq!(scene.ask("out", out).await.status, 204);
    assert_eq!(scene.ask("k", question).await.code(), "not-signed-in");
    assert_eq!(scene.ask("out", out).await.status, 204);
}
