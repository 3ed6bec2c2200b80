//! Alerts: raised once by the rules of their place, closed when their cause is gone, told to whoever may see them.

use keyfold_api::audit::{Act, Action, By};
use keyfold_server::alerts::Watch;
use keyfold_server::store::AuditStore as _;
use serde_json::{Value, json};
use time::Duration;

use crate::events::Listener;
use crate::harness::{ACCOUNT, COLLECTION, GROUP, House, OTHER, ROOT};

const KEY: &str = "70000000-0000-4000-8000-000000000007";

/// Looks once.
pub(crate) async fn look(house: &House) {
    Watch::new(&house.platform)
        .look(&house.platform)
        .await
        .unwrap();
    // The next look is by a process that began after this one's hold ended.
    house.clock.forward(Duration::minutes(6));
}

pub(crate) async fn alerts(house: &House, scope: &str, of: &str) -> Vec<Value> {
    let mut alerts = house
        .list(&format!("/scopes/{scope}/alerts"), "root-admin")
        .await;
    alerts.retain(|alert| alert["kind"] == of);
    alerts
}

pub(crate) async fn set_rule(
    house: &House,
    token: &str,
    scope: &str,
    kind: &str,
    rule: Value,
) -> Value {
    let path = format!("/scopes/{scope}/alert-rules/{kind}");
    let set = house.put(&path, token, rule).await;
    assert_eq!(set.status, 200, "{}", set.shown());
    set.body
}

fn on(days: &[u16], recipients: &[&str]) -> Value {
    json!({ "on": true, "days": days, "recipients": recipients })
}

/// Days that are left of the certificate in the Collection.
async fn days_left(house: &House) -> i64 {
    let listed = house
        .list(&format!("/scopes/{COLLECTION}/certificates"), "root-admin")
        .await;
    let ends = listed[0]["not_after"].as_str().unwrap();
    let ends = time::OffsetDateTime::parse(ends, &time::format_description::well_known::Rfc3339);
    (ends.unwrap() - keyfold_server::clock::Clock::now(&house.clock)).whole_days()
}

#[tokio::test]
async fn a_certificate_that_ends_is_one_alert_until_another_takes_its_place() {
    let house = House::new().await;
    house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    let kind = "certificate-expires";
    look(&house).await;
    assert_eq!(alerts(&house, ROOT, kind).await, Vec::<Value>::new());

    let left = days_left(&house).await;
    house.clock.forward(Duration::days(left - 89));
    look(&house).await;
    look(&house).await;
    let raised = alerts(&house, ROOT, kind).await;
    assert_eq!(raised.len(), 1, "{raised:#?}");
    assert_eq!(
        (&raised[0]["day"], &raised[0]["scope"]),
        (&json!(90), &json!(COLLECTION))
    );
    assert_eq!(raised[0]["path"], json!(["Northwind"]));
    house.clock.forward(Duration::days(60));
    look(&house).await;
    let reached = alerts(&house, COLLECTION, kind).await;
    assert_eq!(reached[0]["id"], raised[0]["id"], "the same, more urgent");
    assert_eq!(reached[0]["day"], 30);
    assert!(reached[0]["number"].as_u64() > raised[0]["number"].as_u64());
    assert_eq!(alerts(&house, OTHER, kind).await, Vec::<Value>::new());

    let off = json!({ "on": false, "days": [90], "recipients": [] });
    set_rule(&house, "ann", COLLECTION, kind, off).await;
    look(&house).await;
    assert_eq!(
        alerts(&house, ROOT, kind).await,
        Vec::<Value>::new(),
        "switched off"
    );
    let path = format!("/scopes/{COLLECTION}/alert-rules/{kind}");
    assert_eq!(house.delete(&path, "ann").await.status, 204);
    look(&house).await;
    assert_eq!(alerts(&house, ROOT, kind).await.len(), 1, "inherited again");

    let path = format!("/scopes/{COLLECTION}/certificates");
    let active = house.list(&path, "root-admin").await[0]["fingerprint"].clone();
    let renewed = house
        .upload(COLLECTION, "platform/collection-renewed.pem", active)
        .await;
    assert_eq!(renewed.status, 200, "{}", renewed.shown());
    set_rule(&house, "ann", COLLECTION, kind, on(&[1], &[])).await;
    look(&house).await;
    assert_eq!(
        alerts(&house, ROOT, kind).await,
        Vec::<Value>::new(),
        "the new one has more than a day"
    );
}

#[tokio::test]
async fn a_key_that_is_not_captured_for_days_is_an_alert_until_it_is() {
    let house = House::new().await;
    house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    let kind = "key-not-captured";
    set_rule(&house, "ann", GROUP, kind, on(&[3, 10], &[])).await;
    look(&house).await;
    house.clock.forward(Duration::days(2));
    look(&house).await;
    assert_eq!(
        alerts(&house, ROOT, kind).await,
        Vec::<Value>::new(),
        "not yet"
    );
    house.clock.forward(Duration::days(1));
    let mut ann = Listener::new(&house, "ann").await;
    let mut gus = Listener::new(&house, "gus").await;
    look(&house).await;
    let told = json!({ "what": "alerts-changed", "scopes": [GROUP] });
    assert_eq!(ann.next().await.unwrap(), told);
    assert_eq!(gus.next().await.unwrap(), told);
    let raised = alerts(&house, ROOT, kind).await;
    assert_eq!(
        raised.len(),
        1,
        "of the other Group's 14 days, 3 are over: {raised:#?}"
    );
    assert_eq!(
        (&raised[0]["account"], &raised[0]["day"]),
        (&json!(ACCOUNT), &json!(3))
    );
    assert_eq!(raised[0]["account_name"], "theatre-1");
    house.clock.forward(Duration::days(8));
    look(&house).await;
    assert_eq!(alerts(&house, GROUP, kind).await[0]["day"], 10);
    let count = house
        .get(&format!("/scopes/{COLLECTION}/alerts/count"), "audrey")
        .await;
    assert_eq!(count.body, json!({ "open": 1 }));

    let agent = house.enrol(ACCOUNT).await;
    let backup = house.start(&agent, KEY, "one").await;
    house.end(&agent, &backup, "completed").await;
    look(&house).await;
    assert_eq!(alerts(&house, GROUP, kind).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_revoked_credential_in_use_is_an_alert_for_a_week() {
    let house = House::new().await;
    let agent = house.enrol(ACCOUNT).await;
    house
        .delete(&format!("/accounts/{ACCOUNT}/agent"), "ann")
        .await;
    let kind = "ended-credential-used";
    look(&house).await;
    assert_eq!(alerts(&house, ROOT, kind).await, Vec::<Value>::new());
    assert_eq!(
        house.get("/agent/account", &agent).await.code(),
        "credential-revoked"
    );
    look(&house).await;
    house.clock.forward(Duration::days(5));
    let account = ACCOUNT.parse().unwrap();
    let used = Act::new(
        house.platform.now(),
        By::Agent(account),
        Action::UseEndedCredential,
    );
    let used = used.account(account).denied("credential-revoked");
    house.store.record(&used).await.unwrap();
    house.clock.forward(Duration::days(5));
    look(&house).await;
    let raised = alerts(&house, ROOT, kind).await;
    assert_eq!(raised.len(), 1, "{raised:#?}");
    assert_eq!(raised[0]["account"], ACCOUNT);
    house.clock.forward(Duration::days(3));
    look(&house).await;
    assert_eq!(alerts(&house, ROOT, kind).await, Vec::<Value>::new());
}

#[tokio::test]
async fn of_several_servers_each_raises_nothing_twice() {
    let [one, other] = House::two_on_postgres().await;
    one.upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    let left = days_left(&one).await;
    one.clock.forward(Duration::days(left - 20));
    let (mut first, mut second) = (Watch::new(&one.platform), Watch::new(&other.platform));
    for _ in 0..3 {
        let (a, b) = tokio::join!(first.look(&one.platform), second.look(&other.platform));
        a.unwrap();
        b.unwrap();
        // Neither holds it any more: both look.
        one.clock.forward(Duration::minutes(6));
    }
    let raised = alerts(&other, ROOT, "certificate-expires").await;
    assert_eq!(raised.len(), 1, "{raised:#?}");
    assert_eq!(raised[0]["number"], 1, "changed once");
}

#[tokio::test]
async fn rules_are_inherited_checked_and_audited() {
    let house = House::new().await;
    let kind = "certificate-expires";
    let of = |rules: &Value, kind: &str| {
        let rules = rules["rules"].as_array().unwrap();
        rules
            .iter()
            .find(|rule| rule["kind"] == kind)
            .unwrap()
            .clone()
    };
    let rules = house
        .get(&format!("/scopes/{GROUP}/alert-rules"), "gus")
        .await
        .body;
    assert_eq!(rules["mail"], false);
    assert_eq!(of(&rules, kind)["rule"], on(&[90, 30, 7, 1], &[]));
    assert_eq!(of(&rules, kind)["from"], Value::Null);

    set_rule(
        &house,
        "root-admin",
        ROOT,
        kind,
        on(&[5], &["boss@x.example"]),
    )
    .await;
    let rules = house
        .get(&format!("/scopes/{GROUP}/alert-rules"), "gus")
        .await
        .body;
    let hidden = of(&rules, kind);
    assert_eq!(
        hidden["rule"],
        on(&[5], &[]),
        "whom somebody above named is not told"
    );
    assert_eq!(hidden["from"], Value::Null);
    let rules = house
        .get(&format!("/scopes/{GROUP}/alert-rules"), "root-admin")
        .await
        .body;
    assert_eq!(of(&rules, kind)["from"], ROOT);
    assert_eq!(
        of(&rules, kind)["rule"]["recipients"],
        json!(["boss@x.example"])
    );

    let rules = set_rule(
        &house,
        "ann",
        COLLECTION,
        kind,
        on(&[9, 3, 9], &["b@x.example"]),
    )
    .await;
    assert_eq!(of(&rules, kind)["rule"], on(&[3, 9], &["b@x.example"]));
    let rules = house
        .get(&format!("/scopes/{GROUP}/alert-rules"), "ann")
        .await
        .body;
    assert_eq!(of(&rules, kind)["from"], COLLECTION);
    for refused in [
        on(&[], &[]),
        on(&[0], &[]),
        on(&[7], &["ann@x.example\r\nBcc: eve@x.example"]),
        on(&[7], &["not an address"]),
    ] {
        let path = format!("/scopes/{COLLECTION}/alert-rules/{kind}");
        let answer = house.put(&path, "ann", refused).await;
        assert_eq!(answer.code(), "alert-rule-refused", "{}", answer.shown());
    }
    let path = format!("/scopes/{COLLECTION}/alert-rules/nothing");
    assert_eq!(
        house.put(&path, "ann", on(&[7], &[])).await.code(),
        "not-found"
    );
    let path = format!("/scopes/{COLLECTION}/alert-rules/{kind}");
    house.delete(&path, "ann").await;
    let audited = house
        .store
        .audit_after(0, Some(Action::ChangeAlertRule), 10)
        .await
        .unwrap();
    let told: Vec<_> = audited.iter().map(|row| row.act().unwrap()).collect();
    let details: Vec<_> = told.iter().map(|act| json!(act.detail)).collect();
    assert_eq!(
        details,
        [
            json!({ "kind": kind, "on": "true", "days": "5", "recipients": "boss@x.example" }),
            json!({ "kind": kind, "on": "true", "days": "3 9", "recipients": "b@x.example" }),
            json!({ "kind": kind, "inherited": "true" }),
        ]
    );
    assert_eq!(told[1].scope, Some(COLLECTION.parse().unwrap()));
}
