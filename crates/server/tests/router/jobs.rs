//! Rules and jobs, as people see and ask for them. What becomes of jobs is shown with real tools, in tests/headless.

use serde_json::{Value, json};
use time::Duration;

use crate::harness::{ACCOUNT, COLLECTION, GROUP, House};

const KEY: &str = "70000000-0000-4000-8000-000000000007";

/// The account's Agent backs up and says where; answers its credential.
pub(crate) async fn reported(house: &House, account: &str) -> String {
    let agent = house.enrol(account).await;
    let backup = house.start(&agent, KEY, "secret").await;
    let repository = json!({ "tool": "restic", "address": "/srv/backups/theatre-1" });
    let body = json!({ "outcome": "completed", "exit_code": 0, "repository": repository });
    let path = format!("/agent/backups/{backup}/end");
    let ended = house.post(&path, &agent, body).await;
    assert_eq!(ended.status, 200, "{}", ended.shown());
    agent
}

fn rules(scope: &str) -> String {
    format!("/scopes/{scope}/job-rules")
}

fn jobs() -> String {
    format!("/accounts/{ACCOUNT}/jobs")
}

async fn check_every_day(house: &House, scope: &str) {
    let check = json!({ "check": { "every_hours": 24, "read_percent": 10 } });
    let put = house.put(&rules(scope), "ann", check).await;
    assert_eq!(put.status, 200, "{}", put.shown());
}

#[tokio::test]
async fn the_nearest_rules_are_in_force() {
    let house = House::new().await;
    let none = house.get(&rules(GROUP), "audrey").await.body;
    assert_eq!(none["in_force"], Value::Null);
    check_every_day(&house, COLLECTION).await;
    insta::assert_snapshot!(house.get(&rules(GROUP), "audrey").await.shown());

    // An empty set of rules is one: nothing is done here.
    let own = house.put(&rules(GROUP), "gus", json!({})).await.body;
    assert_eq!((&own["own"], &own["in_force"]), (&json!({}), &json!({})));
    assert_eq!(house.delete(&rules(GROUP), "gus").await.status, 204);
    assert_eq!(house.delete(&rules(GROUP), "gus").await.code(), "not-found");
    let again = house.get(&rules(GROUP), "audrey").await.body;
    assert_eq!(again["from_scope"], COLLECTION);
}

#[tokio::test]
async fn rules_out_of_bounds_are_refused() {
    let house = House::new().await;
    for (refused, code) in [
        (
            json!({ "check": { "every_hours": 0, "read_percent": 10 } }),
            "job-rules-refused",
        ),
        (
            json!({ "check": { "every_hours": 9000, "read_percent": 10 } }),
            "job-rules-refused",
        ),
        (
            json!({ "check": { "every_hours": 1, "read_percent": 101 } }),
            "job-rules-refused",
        ),
        (
            json!({ "roll_up": { "every_hours": 1, "keep": {} } }),
            "job-rules-refused",
        ),
        (
            json!({ "roll_up": { "every_hours": 1, "keep": { "last": 0 } } }),
            "job-rules-refused",
        ),
        (
            json!({ "roll_up": { "every_hours": 1, "keep": { "secondly": 1 } } }),
            "body-malformed",
        ),
        (json!({ "checks": {} }), "body-malformed"),
    ] {
        let answer = house.put(&rules(GROUP), "ann", refused).await;
        assert_eq!(answer.code(), code, "{}", answer.shown());
    }
}

#[tokio::test]
async fn a_job_is_asked_for_once_and_cancelled() {
    let house = House::new().await;
    let kind = || json!({ "kind": "check" });
    let ask = async || house.post(&jobs(), "ann", kind()).await;
    assert_eq!(ask().await.code(), "no-job-rule");
    check_every_day(&house, COLLECTION).await;
    assert_eq!(ask().await.code(), "no-repository");
    reported(&house, ACCOUNT).await;
    let asked = ask().await;
    insta::assert_snapshot!(asked.shown());
    assert_eq!(ask().await.code(), "job-under-way");
    let drill = house.post(&jobs(), "ann", json!({ "kind": "drill" })).await;
    assert_eq!(drill.code(), "no-job-rule");

    // Seven days on the key is wiped: the job waits for the next backup, and says so.
    house.clock.forward(Duration::days(8));
    let path = format!("/jobs/{}", asked.body["id"].as_str().unwrap());
    let waiting = house.get(&path, "audrey").await.body;
    assert_eq!(
        (&waiting["state"], &waiting["reason"]),
        (&json!("waiting"), &json!("needs-backup"))
    );

    let cancel = format!("{path}/cancellation");
    for _ in 0..2 {
        let cancelled = house.post(&cancel, "gus", json!({})).await;
        assert_eq!(
            cancelled.body["state"],
            "cancelled",
            "{}",
            cancelled.shown()
        );
    }
    assert_eq!(house.get(&path, "otto").await.code(), "not-found");
    let again = ask().await.body;
    for list in [
        jobs(),
        format!("/scopes/{GROUP}/jobs"),
        format!("/scopes/{COLLECTION}/jobs"),
    ] {
        let listed = house.list(&list, "ann").await;
        let ids: Vec<_> = listed.iter().map(|job| job["id"].clone()).collect();
        assert_eq!(
            ids,
            [again["id"].clone(), asked.body["id"].clone()],
            "newest first"
        );
        let page = house.get(&format!("{list}?limit=1"), "ann").await.body;
        let next = format!("{list}?limit=1&cursor={}", page["next"].as_str().unwrap());
        assert_eq!(
            house.get(&next, "ann").await.body["items"][0]["id"],
            asked.body["id"]
        );
    }
}

#[tokio::test]
async fn an_address_with_a_password_is_no_address() {
    let house = House::new().await;
    let agent = house.enrol(ACCOUNT).await;
    let backup = house.start(&agent, KEY, "secret").await;
    for refused in ["rest:https://ann:hunter2@host/", "", "/srv/\nbackups"] {
        let repository = json!({ "tool": "restic", "address": refused });
        let body = json!({ "outcome": "completed", "exit_code": 0, "repository": repository });
        let path = format!("/agent/backups/{backup}/end");
        let answer = house.post(&path, &agent, body).await;
        assert_eq!(answer.code(), "body-malformed", "{refused}");
    }
}
