//! Several AccountServers on one Postgres.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::harness::{ACCOUNT, COLLECTION, GROUP, House};

const KEY: &str = "70000000-0000-4000-8000-000000000007";
const OTHER_KEY: &str = "70000000-0000-4000-8000-000000000008";

/// Waits until so many keys of the account are captured.
async fn captured(house: &House, count: usize) -> Vec<Value> {
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        let path = format!("/accounts/{ACCOUNT}/captured-keys");
        let listed = house.list(&path, "root-admin").await;
        if listed.len() == count {
            return listed;
        }
        assert!(Instant::now() < end, "{listed:#?}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_upload_on_one_captures_what_the_other_has_in_memory() {
    let [one, other] = House::two_on_postgres().await;
    let agent = one.enrol(ACCOUNT).await;
    for (server, key, password) in [(&one, KEY, "here"), (&other, OTHER_KEY, "there")] {
        let backup = server.start(&agent, key, password).await;
        let ended = server.end(&agent, &backup, "completed").await;
        assert_eq!(ended.body["captured_to"], json!([]));
    }
    let uploaded = one
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    assert_eq!(uploaded.status, 200, "{}", uploaded.shown());
    let listed = captured(&one, 2).await;
    assert_eq!(captured(&other, 2).await, listed);
    let keys: Vec<_> = listed
        .iter()
        .map(|row| row["key_id"].as_str().unwrap())
        .collect();
    assert!(keys.contains(&KEY) && keys.contains(&OTHER_KEY));
}

#[tokio::test]
async fn what_one_captured_is_known_to_the_other() {
    let [one, other] = House::two_on_postgres().await;
    let uploaded = one.upload(GROUP, "platform/group.pem", Value::Null).await;
    assert_eq!(uploaded.status, 200, "{}", uploaded.shown());
    let agent = other.enrol(ACCOUNT).await;
    let backup = other.start(&agent, KEY, "there").await;
    let ended = other.end(&agent, &backup, "completed").await;
    assert_eq!(ended.body["captured_to"], json!([GROUP]));
    let account = one.get(&format!("/accounts/{ACCOUNT}"), "gus").await.body;
    assert_eq!(account["key_state"], "captured");
    let again = one.start(&agent, KEY, "there").await;
    let ended = one.end(&agent, &again, "completed").await;
    assert_eq!(ended.body["captured_to"], json!([GROUP]));
    // One for the key's stay in each memory, and no more.
    captured(&one, 2).await;
    let again = one.start(&agent, KEY, "there").await;
    one.end(&agent, &again, "completed").await;
    captured(&one, 2).await;
}
