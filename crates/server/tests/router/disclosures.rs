//! “Key disclosed: rotate”: the Agent learns of it in the answer to a backup's end.

use keyfold_api::audit::Action;
use keyfold_server::store::AuditStore as _;
use serde_json::{Value, json};

use crate::harness::{ACCOUNT, House, presented};
use crate::recoveries::{captured, path};

const KEY: &str = "70000000-0000-4000-8000-000000000007";
const NEXT_KEY: &str = "80000000-0000-4000-8000-000000000008";

/// A backup with this key, which the Agent made; answers what its end is answered with.
async fn backed_up(house: &House, agent: &str, key_id: &str) -> Value {
    let mut start = presented(key_id, "open sesame");
    start["generated"] = json!(true);
    let started = house.post("/agent/backups", agent, start).await;
    let backup = started.body["backup"].as_str().unwrap().to_owned();
    house.end(agent, &backup, "completed").await.body
}

#[tokio::test]
async fn the_agent_is_told_until_its_new_key_is_captured() {
    let house = House::new().await;
    captured(&house).await;
    let agent = house.enrol(ACCOUNT).await;
    assert_eq!(backed_up(&house, &agent, KEY).await["disclosed"], false);
    house.clock.forward(time::Duration::MINUTE);
    let recovered = house
        .post(&path(&house).await, "gus", json!({ "reason": "a test" }))
        .await;
    assert_eq!(recovered.status, 200, "{}", recovered.shown());

    let since = json!("2026-03-01T12:01:00Z");
    let account = format!("/accounts/{ACCOUNT}");
    assert_eq!(house.get(&account, "gus").await.body["disclosed_at"], since);
    let listed = house.list(
        "/scopes/3d813cbb-47fb-42ba-91df-831e1593ac29/accounts",
        "gus",
    );
    assert_eq!(listed.await[0]["disclosed_at"], since);
    let own = house.get("/agent/account", &agent).await;
    assert_eq!(own.body["disclosed_at"], since);

    assert_eq!(backed_up(&house, &agent, KEY).await["disclosed"], true);
    let ended = backed_up(&house, &agent, NEXT_KEY).await;
    assert_eq!(ended["disclosed"], false, "{ended}");
    assert_eq!(
        house.get(&account, "gus").await.body["disclosed_at"],
        Value::Null
    );
    let told = house.store.audit_after(0, None, 100).await.unwrap();
    let acts = told.iter().map(|row| row.act().unwrap());
    let about: Vec<_> = acts
        .filter(|act| act.detail.contains_key("key_id"))
        .map(|act| (act.action, act.by.to_string(), act.detail["key_id"].clone()))
        .collect();
    let agent = format!("agent:{ACCOUNT}");
    assert_eq!(
        about,
        [
            (Action::FetchCapturedKey, "user:gus".into(), KEY.into()),
            (Action::MarkDisclosed, "user:gus".into(), KEY.into()),
            (Action::AnswerDisclosure, agent, NEXT_KEY.into()),
        ]
    );
}
