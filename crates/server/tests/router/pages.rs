//! Lists, page by page.

use serde_json::{Value, json};

use crate::harness::{
    ACCOUNT, COLLECTION, GROUP, House, NOTHING, OTHER, OTHER_ACCOUNT, ROOT, vector,
};

/// Walks a list in pages of `limit`; answers its items and how many pages they came on.
async fn walk(house: &House, path: &str, token: &str, limit: usize) -> (Vec<Value>, usize) {
    let (mut items, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = house
            .get(&format!("{path}?limit={limit}{cursor}"), token)
            .await;
        assert_eq!(page.status, 200, "{}", page.shown());
        let page = page.body;
        let listed = page["items"].as_array().unwrap();
        assert!(listed.len() <= limit);
        items.extend(listed.iter().cloned());
        pages += 1;
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (items, pages),
        }
    }
}

/// A platform on which every list has several items.
async fn busy() -> House {
    let house = House::new().await;
    for name in ["ward-2", "ward-1", "ward-1"] {
        let new = json!({ "name": name, "group": GROUP });
        house.post("/accounts", "root-admin", new).await;
    }
    let (mut replaced, mut agents) = (Value::Null, Vec::new());
    for file in ["platform/collection.pem", "platform/collection-renewed.pem"] {
        let uploaded = house.upload(COLLECTION, file, replaced).await;
        assert_eq!(uploaded.status, 200, "{}", uploaded.shown());
        replaced = uploaded.body["certificate"]["fingerprint"].clone();
    }
    house.upload(GROUP, "platform/group.pem", Value::Null).await;
    for account in [ACCOUNT, OTHER_ACCOUNT] {
        agents.push(house.enrol(account).await);
    }
    for (agent, key_id) in agents.iter().zip([NOTHING, OTHER]) {
        let backup = house.start(agent, key_id, "secret").await;
        assert_eq!(house.end(agent, &backup, "completed").await.status, 200);
    }
    for file in [
        "platform/collection-request.pem",
        "platform/group-request.pem",
    ] {
        let submit = json!({ "request": vector(file) });
        let submitted = house.post("/requests", "root-admin", submit).await;
        assert_eq!(submitted.status, 201, "{}", submitted.shown());
    }
    house
}

#[tokio::test]
async fn pages_together_are_the_list() {
    let house = busy().await;
    for (path, expected) in [
        ("/scopes".to_owned(), 5),
        (format!("/scopes/{ROOT}/children"), 2),
        (format!("/scopes/{ROOT}/accounts"), 5),
        (format!("/scopes/{GROUP}/accounts"), 4),
        (format!("/scopes/{COLLECTION}/certificates"), 2),
        (format!("/scopes/{ROOT}/captured-keys"), 2),
        (format!("/accounts/{ACCOUNT}/captured-keys"), 2),
        (
            format!("/scopes/{ROOT}/reports/group-certificates-active"),
            3,
        ),
        ("/requests".to_owned(), 2),
    ] {
        let whole = house.list(&path, "root-admin").await;
        assert_eq!(whole.len(), expected, "{path}");
        for limit in 1..=expected {
            let (items, pages) = walk(&house, &path, "root-admin", limit).await;
            assert_eq!(items, whole, "{path} by {limit}");
            assert_eq!(pages, expected.div_ceil(limit), "{path} by {limit}");
        }
    }
}

#[tokio::test]
async fn what_is_added_and_deleted_between_pages_neither_repeats_nor_skips() {
    let house = busy().await;
    let path = format!("/scopes/{GROUP}/accounts");
    let first = house.get(&format!("{path}?limit=2"), "ann").await.body;
    let names = |page: &Value| -> Vec<Value> {
        let items = page["items"].as_array().unwrap();
        items.iter().map(|item| item["name"].clone()).collect()
    };
    assert_eq!(names(&first), ["theatre-1", "ward-1"]);
    let last = first["items"][1]["id"].as_str().unwrap();
    let deleted = house.delete(&format!("/accounts/{last}"), "ann").await;
    assert_eq!(deleted.status, 204);
    for name in ["a", "z"] {
        let new = json!({ "name": name, "group": GROUP });
        house.post("/accounts", "ann", new).await;
    }
    let next = first["next"].as_str().unwrap();
    let second = house.get(&format!("{path}?cursor={next}"), "ann").await;
    assert_eq!(names(&second.body), ["ward-1", "ward-2", "z"]);
}

#[tokio::test]
async fn a_wrong_limit_and_a_wrong_cursor_are_refused() {
    let house = House::new().await;
    let path = format!("/scopes/{COLLECTION}/certificates");
    for limit in ["0", "1001", "-1", "ten", ""] {
        let refused = house.get(&format!("{path}?limit={limit}"), "ann").await;
        assert_eq!((refused.status, refused.code()), (400, "limit-refused"));
    }
    // The last one is `{"name":"a","id":"b"}`, of a list in another order.
    for cursor in ["x", "", "%00", "eyJuYW1lIjoiYSIsImlkIjoiYiJ9"] {
        let refused = house.get(&format!("{path}?cursor={cursor}"), "ann").await;
        assert_eq!((refused.status, refused.code()), (400, "cursor-refused"));
    }
    let refused = house.get(&format!("{path}?cursor=x"), "ann").await;
    insta::assert_snapshot!(refused.shown());
}
