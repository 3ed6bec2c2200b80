//! Every route that takes a body, with bodies that nobody honest sends: answered 4xx, and never repeated.

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_server::rights::Capability;
use serde_json::{Value, json};

use crate::harness::{ACCOUNT, GROUP, House};
use crate::routes::{For, routes};

/// Part of what is sent, so that it would show in an answer that repeats it.
const SECRET: &str = "hunter2";

/// A route that takes a body, somebody who may ask, and a body that it would take.
struct Target {
    method: Method,
    path: String,
    token: String,
    body: Value,
}

impl Target {
    /// Asks, and holds the answer against what every answer must be.
    async fn ask(&self, house: &House, body: impl Into<Vec<u8>>) -> u16 {
        let body: Vec<u8> = body.into();
        let shown: String = String::from_utf8_lossy(&body).chars().take(200).collect();
        let request = Request::builder()
            .method(&self.method)
            .uri(format!("/api/v1{}", self.path))
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, format!("Bearer {}", self.token));
        let answer = house.send(request.body(Body::from(body)).unwrap()).await;
        let at = format!(
            "{} {} with {shown}: {}",
            self.method,
            self.path,
            answer.shown()
        );
        assert!(answer.status < 500, "{at}");
        if answer.status >= 400 {
            assert_eq!(answer.kind, "application/problem+json", "{at}");
            assert!(!answer.shown().contains(SECRET), "{at}");
        }
        answer.status
    }
}

async fn targets(house: &House) -> Vec<Target> {
    let agent = house.enrol(ACCOUNT).await;
    let targets = routes()
        .into_iter()
        .filter_map(|(method, path, body, whom, _)| {
            let token = match whom {
                For::Whoever(Capability::DecideRequests) => "olga",
                For::Agents => &agent,
                _ => "root-admin",
            };
            Some(Target {
                method,
                path,
                token: token.to_owned(),
                body: body?,
            })
        });
    targets.collect()
}

#[tokio::test]
async fn what_is_no_json_object_is_refused_by_every_route() {
    let house = House::new().await;
    let unparsable: Vec<Vec<u8>> = vec![
        b"[".repeat(100_000),
        br#"{"a":"#.repeat(40_000),
        [b"[".repeat(100_000), b"]".repeat(100_000)].concat(),
        b"\xff\xfe\x00hunter2".to_vec(),
        b"{\"name\": \"hunter2\xc3\x28\"}".to_vec(),
        b"{\"name\": \"hunter2\xed\xa0\x80\"}".to_vec(),
        br#"{"name": "hunter2\ud800"}"#.to_vec(),
        b"{\"name\": \"hunter2\0\"}".to_vec(),
        br#"{"name": hunter2}"#.to_vec(),
        b"\0".to_vec(),
        br#"{"hunter2": 1e99999"#.to_vec(),
        b"-".repeat(1000),
        b"9".repeat(200_000),
        b"[null, null]".to_vec(),
        br#"["hunter2"]"#.to_vec(),
        b"null".to_vec(),
    ];
    for target in targets(&house).await {
        for body in &unparsable {
            let status = target.ask(&house, body.clone()).await;
            assert_eq!(status, 400, "{} {}", target.method, target.path);
        }
    }
}

#[tokio::test]
async fn members_of_other_types_are_refused_or_taken_but_never_fail() {
    let house = House::new().await;
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let values = [
        "null".to_owned(),
        "true".to_owned(),
        "-1".to_owned(),
        "1e308".to_owned(),
        "1e99999".to_owned(),
        "18446744073709551616".to_owned(),
        "9".repeat(400),
        r#""""#.to_owned(),
        format!(r#""{SECRET}\u0000""#),
        format!(r#""{SECRET}\u202e\ufffe""#),
        format!(r#""{SECRET}\ud800""#),
        format!(r#""{}""#, SECRET.repeat(20_000)),
        format!(r#"["{SECRET}"]"#),
        format!(r#"{{"{SECRET}": "{SECRET}"}}"#),
        deep,
    ];
    let mut asked = 0;
    for target in targets(&house).await {
        let members = target.body.as_object().unwrap();
        for name in members.keys() {
            let mut body = target.body.clone();
            body[name] = json!("@@");
            let body = body.to_string();
            for value in &values {
                target
                    .ask(&house, body.replace(r#""@@""#, value).into_bytes())
                    .await;
                asked += 1;
            }
        }
    }
    assert!(asked > 200, "{asked}");
}

#[tokio::test]
async fn a_member_that_is_there_twice_is_refused() {
    let house = House::new().await;
    for target in targets(&house).await {
        let members = target.body.as_object().unwrap();
        for (name, value) in members {
            let body = target.body.to_string();
            let twice = format!(r#"{{"{name}": {value}, {}"#, &body[1..]);
            let status = target.ask(&house, twice).await;
            assert_eq!(status, 400, "{} {} {name}", target.method, target.path);
        }
    }
}

/// DER of this shape, nested as deeply as fits into so many bytes.
fn nested(tag: u8, bytes: usize) -> Vec<u8> {
    let mut reversed: Vec<u8> = Vec::with_capacity(bytes + 8);
    while reversed.len() < bytes {
        let length = reversed.len();
        // Lengths (X.690 8.1.3), written from the end.
        if let Ok(short @ 0..128) = u8::try_from(length) {
            reversed.push(short);
        } else {
            let octets = length.to_be_bytes();
            let significant: Vec<u8> = octets.into_iter().skip_while(|it| *it == 0).collect();
            reversed.extend(significant.iter().rev());
            reversed.push(0x80 | u8::try_from(significant.len()).unwrap());
        }
        reversed.push(tag);
    }
    reversed.reverse();
    reversed
}

fn sequence(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&[0x30, 0x84][..], &length, content].concat()
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

#[tokio::test]
async fn deeply_nested_der_is_refused() {
    let house = House::new().await;
    let uploads = format!("/scopes/{GROUP}/certificates");
    let mut refused = 0;
    // SEQUENCE, SET, [0], constructed OCTET STRING and constructed UTF8String.
    for tag in [0x30, 0x31, 0xa0, 0x24, 0x2c] {
        for bytes in [2_000, 15_000, 60_000] {
            let inner = nested(tag, bytes);
            let version = [&[0x02, 0x01, 0x00][..], &inner].concat();
            let tagged = [&[0xa0, 0x03, 0x02, 0x01, 0x02][..], &inner].concat();
            for der in [
                inner.clone(),
                sequence(&sequence(&version)),
                sequence(&sequence(&tagged)),
                sequence(&[inner.clone(), inner.clone(), inner.clone()].concat()),
            ] {
                let request = json!({ "request": pem("CERTIFICATE REQUEST", &der) });
                let asked = house.post("/requests", "ann", request).await;
                assert_eq!(asked.status, 422, "{tag:x} {bytes}: {}", asked.shown());
                let certificate = pem("CERTIFICATE", &der);
                let upload = json!({ "certificate": certificate, "replaces": null });
                let uploaded = house.post(&uploads, "ann", upload).await;
                assert_eq!(uploaded.status, 422, "{}", uploaded.shown());
                refused += 2;
            }
        }
    }
    assert_eq!(refused, 120);
}
