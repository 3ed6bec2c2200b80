//! Bodies and addresses that nobody honest sends.

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, Request};

use crate::harness::House;

const JSON: &str = "application/json";
const SIGN_IN: &str = "/api/v1/sessions";

fn post(path: &str, kind: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post(path).header(CONTENT_TYPE, kind);
    request.body(body.into()).unwrap()
}

#[tokio::test]
async fn what_is_not_a_route_is_a_problem_too() {
    let house = House::new().await;
    insta::assert_snapshot!(house.get("/nowhere", "ann").await.shown());
    insta::assert_snapshot!(house.delete("/platform", "ann").await.shown());
    let outside = house
        .send(
            Request::get("/..%2fetc/passwd")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(outside.code(), "no-such-route");
    let health = house
        .send(Request::get("/healthz").body(Body::empty()).unwrap())
        .await;
    assert_eq!((health.status, &health.body["alive"]), (200, &true.into()));
}

#[tokio::test]
async fn bodies_are_bounded_and_json() {
    let house = House::new().await;
    let declared = Request::post(SIGN_IN)
        .header(CONTENT_TYPE, JSON)
        .header(CONTENT_LENGTH, "10737418240")
        .body(Body::empty());
    assert_eq!(house.send(declared.unwrap()).await.code(), "body-too-large");
    let long = house.send(post(SIGN_IN, JSON, vec![b' '; 300_000])).await;
    assert_eq!((long.status, long.code()), (413, "body-too-large"));
    for (kind, body, code) in [
        ("text/plain", "{}".to_owned(), "body-not-json"),
        (JSON, String::new(), "body-malformed"),
        (JSON, "{".to_owned(), "body-malformed"),
        (JSON, "[".repeat(100_000), "body-malformed"),
        (
            JSON,
            r#"{"user":"a","password":"b"} trailing"#.to_owned(),
            "body-malformed",
        ),
        (JSON, "\u{feff}{}".to_owned(), "body-malformed"),
    ] {
        assert_eq!(house.send(post(SIGN_IN, kind, body)).await.code(), code);
    }
    let not_text = house
        .send(post(SIGN_IN, JSON, vec![0xff, 0xfe, 0x00]))
        .await;
    assert_eq!(not_text.code(), "body-malformed");
}

#[tokio::test]
async fn a_malformed_body_is_not_repeated() {
    let house = House::new().await;
    let body = r#"{"user": "ann", "password": {"hunter2": 1}}"#;
    let refused = house
        .send(post("/api/v1/sessions", "application/json", body))
        .await;
    insta::assert_snapshot!(refused.shown());
    assert!(!refused.shown().contains("hunter2"));
}

#[tokio::test]
async fn long_and_odd_addresses_name_nothing() {
    let house = House::new().await;
    let long = "a".repeat(60_000);
    for path in [
        format!("/api/v1/scopes/{long}"),
        format!("/api/v1/{}", "x/".repeat(20_000)),
        format!("/api/v1/scopes/{}", "%00".repeat(10_000)),
        "/api/v1/scopes/%ff%fe".to_owned(),
        "/api/v1/scopes/%ed%a0%80".to_owned(),
        "/api/v1/scopes/%".to_owned(),
        "/api/v1/scopes/..".to_owned(),
        "/api/v1//scopes".to_owned(),
        "/api/v1/scopes/".to_owned(),
        "//api/v1/scopes".to_owned(),
        "/api/v1/../v1/scopes".to_owned(),
        "/API/V1/scopes".to_owned(),
    ] {
        let request = Request::get(&path).header(AUTHORIZATION, "Bearer root-admin");
        let answer = house.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 404, "{path:.60}: {}", answer.shown());
    }
    let query = format!("/api/v1/scopes?{long}=%ff&%00&&=&a[]=1");
    let request = Request::get(&query).header(AUTHORIZATION, "Bearer root-admin");
    let answer = house.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 200, "what nobody asked for is ignored");
}

#[tokio::test]
async fn odd_credentials_sign_nobody_in() {
    let house = House::new().await;
    for value in [
        b"".to_vec(),
        b"Bearer".to_vec(),
        b"Bearer ".to_vec(),
        b"bearer root-admin".to_vec(),
        b"Bearer  root-admin".to_vec(),
        b"Bearer root-admin,".to_vec(),
        b"Basic cm9vdC1hZG1pbjo=".to_vec(),
        b"Bearer \xff\xfe".to_vec(),
        [b"Bearer ".to_vec(), b"a".repeat(60_000)].concat(),
    ] {
        let request = Request::get("/api/v1/scopes")
            .header(AUTHORIZATION, HeaderValue::from_bytes(&value).unwrap());
        let answer = house.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.code(), "not-signed-in", "{value:?}");
    }
}
