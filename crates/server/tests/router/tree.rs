//! Collections, Groups and Accounts.

use axum::http::Method;
use serde_json::{Value, json};

use crate::harness::{
    ACCOUNT, COLLECTION, GROUP, House, NOTHING, OTHER, OTHER_ACCOUNT, OTHER_GROUP, ROOT, vector,
};

#[tokio::test]
async fn everybody_sees_their_own_part_of_the_tree() {
    let house = House::new().await;
    insta::assert_snapshot!(house.get("/scopes", "root-admin").await.shown());
    insta::assert_snapshot!(house.get("/scopes", "ann").await.shown());
    insta::assert_snapshot!(house.get(&format!("/scopes/{GROUP}"), "gus").await.shown());
}

#[tokio::test]
async fn scopes_are_made_renamed_moved_and_deleted() {
    let house = House::new().await;
    let new = json!({ "kind": "collection", "name": "Clinics", "parent": COLLECTION });
    let made = house.post("/scopes", "ann", new).await;
    insta::assert_snapshot!(made.shown());
    let guid = made.body["guid"].as_str().unwrap().to_owned();

    let renamed = house
        .patch(
            &format!("/scopes/{guid}"),
            "ann",
            json!({ "name": "Praxen" }),
        )
        .await;
    assert_eq!(renamed.body["name"], "Praxen");
    assert_eq!(renamed.body["guid"], guid);
    let moved = house
        .patch(
            &format!("/scopes/{GROUP}"),
            "ann",
            json!({ "parent": guid }),
        )
        .await;
    assert_eq!(moved.body["parent"], guid);
    assert_eq!(moved.body["guid"], GROUP);
    assert_eq!(
        house.get(&format!("/scopes/{guid}"), "ann").await.body["accounts"],
        1
    );
    assert_eq!(
        house.delete(&format!("/scopes/{guid}"), "ann").await.code(),
        "not-empty"
    );
    house
        .patch(
            &format!("/scopes/{GROUP}"),
            "ann",
            json!({ "parent": COLLECTION }),
        )
        .await;
    assert_eq!(
        house.delete(&format!("/scopes/{guid}"), "ann").await.status,
        204
    );
    assert_eq!(
        house.get(&format!("/scopes/{guid}"), "ann").await.code(),
        "not-found"
    );
}

#[tokio::test]
async fn the_tree_stays_a_tree() {
    let house = House::new().await;
    let into = |parent: &str| json!({ "parent": parent });
    for (scope, parent, code) in [
        (COLLECTION, COLLECTION, "moved-into-itself"),
        (COLLECTION, GROUP, "parent-is-group"),
        (OTHER_GROUP, GROUP, "parent-is-group"),
        (GROUP, NOTHING, "parent-not-found"),
        (ROOT, OTHER, "root-stays"),
    ] {
        let refused = house
            .patch(&format!("/scopes/{scope}"), "root-admin", into(parent))
            .await;
        assert_eq!(refused.code(), code, "{scope} into {parent}");
    }
    house
        .patch(&format!("/scopes/{COLLECTION}"), "root-admin", into(OTHER))
        .await;
    let cycle = house
        .patch(&format!("/scopes/{OTHER}"), "root-admin", into(COLLECTION))
        .await;
    insta::assert_snapshot!(cycle.shown());
    assert_eq!(
        house
            .delete(&format!("/scopes/{ROOT}"), "root-admin")
            .await
            .code(),
        "root-stays"
    );
    for kind in ["group", "collection"] {
        let new = json!({ "kind": kind, "name": "x", "parent": GROUP });
        assert_eq!(
            house.post("/scopes", "root-admin", new).await.code(),
            "parent-is-group"
        );
    }
}

#[tokio::test]
async fn accounts_are_made_renamed_moved_and_deleted() {
    let house = House::new().await;
    let made = house
        .post(
            "/accounts",
            "ann",
            json!({ "name": "theatre-2", "group": GROUP }),
        )
        .await;
    insta::assert_snapshot!(made.shown());
    let path = format!("/accounts/{}", made.body["id"].as_str().unwrap());
    let renamed = house
        .patch(&path, "ann", json!({ "name": "theatre-3" }))
        .await;
    assert_eq!(renamed.body["name"], "theatre-3");
    let moved = house
        .patch(&path, "root-admin", json!({ "parent": OTHER_GROUP }))
        .await;
    assert_eq!(moved.body["group"], OTHER_GROUP);
    assert_eq!(house.get(&path, "ann").await.code(), "not-found");
    let refused = house
        .patch(&path, "root-admin", json!({ "parent": OTHER }))
        .await;
    assert_eq!(refused.code(), "parent-is-collection");
    let listed = house
        .get(&format!("/scopes/{OTHER}/accounts"), "root-admin")
        .await;
    insta::assert_snapshot!(listed.shown());
    assert_eq!(house.delete(&path, "root-admin").await.status, 204);
    assert_eq!(house.get(&path, "root-admin").await.code(), "not-found");
}

#[tokio::test]
async fn nothing_is_moved_to_where_its_mover_has_no_rights() {
    let house = House::new().await;
    for (path, to) in [
        (format!("/scopes/{GROUP}"), OTHER),
        (format!("/accounts/{ACCOUNT}"), OTHER_GROUP),
    ] {
        let refused = house.patch(&path, "ann", json!({ "parent": to })).await;
        assert_eq!((refused.status, refused.code()), (404, "parent-not-found"));
    }
    let stolen = house
        .patch(
            &format!("/accounts/{OTHER_ACCOUNT}"),
            "ann",
            json!({ "parent": GROUP }),
        )
        .await;
    assert_eq!(stolen.code(), "not-found");
}

#[tokio::test]
async fn names_come_back_byte_for_byte_or_are_refused() {
    let house = House::new().await;
    let names: Vec<String> = serde_json::from_str(&vector("third-party/blns/blns.json")).unwrap();
    let (mut kept, mut refused) = (0, 0);
    let paths = [format!("/scopes/{GROUP}"), format!("/accounts/{ACCOUNT}")];
    for (name, path) in names.iter().zip(paths.iter().cycle()) {
        let good = (1..=200).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        let answer = house.patch(path, "ann", json!({ "name": name })).await;
        if good {
            assert_eq!(answer.body["name"], Value::from(name.as_str()));
            kept += 1;
        } else {
            assert_eq!(answer.code(), "name-refused", "{name:?}");
            refused += 1;
        }
    }
    assert!(kept > 400 && refused > 0, "{kept} kept, {refused} refused");
    for name in ["", "a\0b", "a\nb", "\u{7f}", &"x".repeat(201)] {
        let new = json!({ "kind": "group", "name": name, "parent": ROOT });
        assert_eq!(
            house.post("/scopes", "root-admin", new).await.code(),
            "name-refused"
        );
    }
    let longest = json!({ "kind": "group", "name": "ü".repeat(200), "parent": ROOT });
    assert_eq!(
        house.post("/scopes", "root-admin", longest).await.status,
        201
    );
}

#[tokio::test]
async fn what_is_not_a_guid_names_nothing() {
    let house = House::new().await;
    let inputs: Value = serde_json::from_str(&vector("third-party/ids/guid_inputs.json")).unwrap();
    let mut asked = 0;
    for bad in inputs["bad"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bad| bad.as_str().unwrap())
    {
        let new = json!({ "kind": "group", "name": "x", "parent": bad });
        assert_eq!(
            house.post("/scopes", "root-admin", new).await.code(),
            "body-malformed",
            "{bad:?}"
        );
        let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap();
        let encoded: String = bad
            .bytes()
            .flat_map(|byte| ['%', digit(byte >> 4), digit(byte & 15)])
            .collect();
        for path in [
            format!("/scopes/{encoded}"),
            format!("/accounts/{encoded}"),
            format!("/requests/{encoded}"),
        ] {
            let answer = house.ask(Method::GET, &path, "root-admin", None).await;
            assert!(
                [404, 405].contains(&answer.status),
                "{bad:?}: {}",
                answer.shown()
            );
            asked += 1;
        }
    }
    assert!(asked > 100);
}
