//! Lists, page by page.

use serde_json::{Value, json};

use crate::harness::{COLLECTION, House};

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

#[tokio::test]
async fn pages_together_are_the_list() {
    let house = House::new().await;
    let first = house
        .upload(COLLECTION, "platform/collection.pem", Value::Null)
        .await;
    let replaced = first.body["certificate"]["fingerprint"].clone();
    let second = house
        .upload(COLLECTION, "platform/collection-renewed.pem", replaced)
        .await;
    assert_eq!(second.status, 200, "{}", second.shown());
    for (path, expected) in [(format!("/scopes/{COLLECTION}/certificates"), 2)] {
        let whole = house.get(&path, "root-admin").await.body;
        assert_eq!(whole["next"], Value::Null, "{path}");
        let (items, pages) = walk(&house, &path, "root-admin", 1).await;
        assert_eq!(json!(items), whole["items"], "{path}");
        assert_eq!((items.len(), pages), (expected, expected), "{path}");
    }
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
