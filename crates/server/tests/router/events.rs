//! The stream of what changes: who hears what, and when it ends.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use axum::http::header::AUTHORIZATION;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::timeout;
use tower::ServiceExt as _;

use crate::harness::{
    ACCOUNT, COLLECTION, GROUP, House, OTHER, OTHER_ACCOUNT, OTHER_GROUP, vector,
};

/// An open stream.
pub(crate) struct Listener {
    body: BodyDataStream,
    text: String,
}

impl Listener {
    pub(crate) async fn new(house: &House, token: &str) -> Self {
        let request = Request::get("/api/v1/events")
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::empty());
        let response = house.router().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let mut listener = Self {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        };
        assert_eq!(listener.next().await, Some(json!({ "what": "resync" })));
        listener
    }

    /// The next event; none when the stream ends.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some((event, _)) = self.text.split_once("\n\n") {
                let data = event.strip_prefix("data: ").map(str::to_owned);
                self.text.drain(..event.len() + 2);
                match data {
                    Some(data) => return Some(serde_json::from_str(&data).unwrap()),
                    None => continue,
                }
            }
            let frame = timeout(Duration::from_mins(1), self.body.next()).await;
            let bytes = frame.expect("the stream says nothing")?.unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }
}

async fn rename(house: &House, path: &str, name: &str) {
    let renamed = house
        .patch(path, "root-admin", json!({ "name": name }))
        .await;
    assert_eq!(renamed.status, 200, "{}", renamed.shown());
}

#[tokio::test]
async fn everybody_hears_of_their_own_part_of_the_tree() {
    let house = House::new().await;
    let mut ann = Listener::new(&house, "ann").await;
    let mut otto = Listener::new(&house, "otto").await;
    rename(&house, &format!("/scopes/{GROUP}"), "Surgery").await;
    rename(&house, &format!("/scopes/{OTHER_GROUP}"), "Steiner").await;
    rename(&house, &format!("/accounts/{ACCOUNT}"), "theatre-2").await;
    rename(&house, &format!("/accounts/{OTHER_ACCOUNT}"), "classroom-2").await;
    let heard = ann.next().await.unwrap();
    assert_eq!(heard["what"], "scope-changed");
    assert_eq!(heard["scope"], GROUP);
    let heard = ann.next().await.unwrap();
    assert_eq!(heard["what"], "account-changed");
    assert_eq!(heard["account"], ACCOUNT);
    assert_eq!(otto.next().await.unwrap()["scope"], OTHER_GROUP);
    assert_eq!(otto.next().await.unwrap()["account"], OTHER_ACCOUNT);
}

#[tokio::test]
async fn a_scope_that_moved_away_is_heard_of_once_more_and_then_by_others() {
    let house = House::new().await;
    let mut ann = Listener::new(&house, "ann").await;
    let mut otto = Listener::new(&house, "otto").await;
    let moved = house
        .patch(
            &format!("/scopes/{GROUP}"),
            "root-admin",
            json!({ "parent": OTHER }),
        )
        .await;
    assert_eq!(moved.status, 200, "{}", moved.shown());
    rename(&house, &format!("/scopes/{GROUP}"), "Surgery").await;
    rename(&house, &format!("/scopes/{COLLECTION}"), "Clinics").await;
    let heard = ann.next().await.unwrap();
    assert_eq!(
        (&heard["scope"], &heard["parents"]),
        (&json!(GROUP), &json!([COLLECTION]))
    );
    assert_eq!(ann.next().await.unwrap()["scope"], COLLECTION);
    let heard = otto.next().await.unwrap();
    assert_eq!(
        (&heard["scope"], &heard["parents"]),
        (&json!(GROUP), &json!([OTHER]))
    );
    assert_eq!(otto.next().await.unwrap()["scope"], GROUP);
}

#[tokio::test]
async fn an_officer_hears_of_requests_and_not_of_accounts() {
    let house = House::new().await;
    let mut olga = Listener::new(&house, "olga").await;
    rename(&house, &format!("/accounts/{ACCOUNT}"), "theatre-2").await;
    let request = json!({ "request": vector("platform/group-request.pem") });
    let submitted = house.post("/requests", "ann", request).await;
    let heard = olga.next().await.unwrap();
    assert_eq!(heard["what"], "request-changed");
    assert_eq!(heard["request"], submitted.body["id"]);
}

#[tokio::test]
async fn an_upload_is_heard_of() {
    let house = House::new().await;
    let mut ann = Listener::new(&house, "ann").await;
    house.upload(GROUP, "platform/group.pem", Value::Null).await;
    let heard = ann.next().await.unwrap();
    assert_eq!(
        (&heard["what"], &heard["scope"]),
        (&json!("certificate-activated"), &json!(GROUP))
    );
}

#[tokio::test]
async fn whoever_signed_out_hears_nothing_more() {
    let house = House::new().await;
    let mut ann = Listener::new(&house, "ann").await;
    assert_eq!(house.delete("/sessions/current", "ann").await.status, 204);
    rename(&house, &format!("/scopes/{GROUP}"), "Surgery").await;
    assert_eq!(ann.next().await, None);
}

#[tokio::test]
async fn streams_are_bounded_for_each_person() {
    let house = House::new().await;
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(Listener::new(&house, "ann").await);
    }
    let refused = house.get("/events", "ann").await;
    assert_eq!(refused.code(), "too-many-streams");
    open.pop();
    open.push(Listener::new(&house, "ann").await);
}
