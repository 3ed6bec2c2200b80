//! What stands in the audit log, and who may read it.

use serde_json::{Value, json};
use time::Duration;

use crate::harness::{ACCOUNT, GROUP, House, OTHER_GROUP, PASSWORD};

/// Entries for this person, newest first, without those that the house came with.
async fn log(house: &House, query: &str, who: &str) -> Vec<Value> {
    let page = house.get(&format!("/audit?{query}"), who).await;
    assert_eq!(page.status, 200, "{}", page.shown());
    let mut entries = page.body["items"].as_array().unwrap().clone();
    entries.retain(|entry| entry["by"] != "system");
    entries
}

async fn rename(house: &House, who: &str, name: &str) {
    let path = format!("/scopes/{GROUP}");
    house.patch(&path, who, json!({ "name": name })).await;
}

#[tokio::test]
async fn an_act_and_its_reason_are_told() {
    let house = House::new().await;
    rename(&house, "ann", "Theatre").await;
    let mut entries = log(&house, "", "ann").await;
    let entry = entries[0].as_object_mut().unwrap();
    for of_its_place in ["number", "hash"] {
        entry.remove(of_its_place).unwrap();
    }
    insta::assert_snapshot!(format!("{:#}", Value::from(entries)));
    rename(&house, "ann", "Theatre").await;
    assert_eq!(log(&house, "", "ann").await.len(), 1, "nothing changed");
}

#[tokio::test]
async fn denials_are_told_once_and_counted() {
    let house = House::new().await;
    for _ in 0..5 {
        rename(&house, "olga", "x").await;
        rename(&house, "otto", "x").await;
        let wrong = json!({ "user": "gus", "password": "wrong password" });
        house.post("/sessions", "", wrong).await;
    }
    let secret = json!({ "user": PASSWORD, "password": PASSWORD });
    house.post("/sessions", "", secret).await;
    let entries = log(&house, "", "root-admin").await;
    let told = |entry: &Value| {
        assert_eq!(entry["outcome"], "denied");
        let texts = ["by", "action", "user", "why", "scope"].map(|name| entry[name].as_str());
        texts.map(|text| text.unwrap_or("-").to_owned()).join(" ")
    };
    let told: Vec<String> = entries.iter().map(told).collect();
    assert!(!told.concat().contains(PASSWORD));
    insta::assert_snapshot!(told.join("\n"));

    house.clock.forward(Duration::minutes(1));
    keyfold_server::audit::denials::write_counts(&house.platform, false).await;
    let counts: Vec<Value> = log(&house, "", "root-admin").await;
    let counts = counts.iter().filter(|entry| entry["repeats"] == 4);
    assert_eq!(counts.count(), 3);
}

#[tokio::test]
async fn everybody_reads_about_their_own_part_of_the_tree() {
    let house = House::new().await;
    rename(&house, "ann", "Theatre").await;
    assert_eq!(log(&house, "", "gus").await.len(), 1);
    assert_eq!(log(&house, "", "otto").await.len(), 0);
    rename(&house, "otto", "mine").await;
    assert_eq!(log(&house, "", "gus").await.len(), 2, "somebody tried");
    assert_eq!(log(&house, "", "otto").await.len(), 0, "not theirs to see");
    let account = format!("/accounts/{ACCOUNT}");
    let moved = json!({ "parent": OTHER_GROUP });
    let moved = house.patch(&account, "root-admin", moved).await;
    assert_eq!(moved.status, 200, "{}", moved.shown());
    for who in ["gus", "otto"] {
        let entries = log(&house, "action=move-account", who).await;
        assert_eq!(entries.len(), 1, "where it was, and where it is: {who}");
    }
    let of_account = log(&house, &format!("account={ACCOUNT}&user=root-admin"), "gus").await;
    assert_eq!(of_account.len(), 1);
    assert_eq!(log(&house, "user=eve", "root-admin").await.len(), 0);
    for refused in ["action=no-such", "account=x", "user=eve&user=ann"] {
        let answer = house.get(&format!("/audit?{refused}"), "root-admin").await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "filter-refused"),
            "{refused}"
        );
    }
}
