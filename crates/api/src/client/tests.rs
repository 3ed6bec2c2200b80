//! The client against a server that stands in for an AccountServer.

use keyfold_core::fingerprint::Fingerprint;

use super::stand_in::{Chain, Does, StandIn};
use super::{Client, ClientError, TrustError};
use crate::agents::Enrol;

const ENROLLED: &str = r#"{"account":"40000000-0000-4000-8000-000000000004","account_name":"ward-3","credential":"secret"}"#;
const IN_USE: &str = r#"{"type":"urn:keyfold:problem:idempotency-key-in-use","code":"idempotency-key-in-use","title":"-","status":409}"#;
const REFUSED: &str = r#"{"type":"urn:keyfold:problem:enrolment-refused","code":"enrolment-refused","title":"-","status":401}"#;

fn enrol() -> Enrol {
    Enrol {
        token: "once".to_owned(),
        host_name: "ward-3".to_owned(),
    }
}

fn client(server: &StandIn, authority: &Chain) -> Client {
    Client::new(server.address(), Fingerprint::of(&authority.root)).unwrap()
}

/// The idempotency keys of requests.
fn keys(requests: &[String]) -> Vec<&str> {
    let key = |request: &'_ String| {
        let start = request.find("idempotency-key: ")? + "idempotency-key: ".len();
        let length = request[start..].find("\r\n")?;
        Some((start, start + length))
    };
    requests
        .iter()
        .map(|request| {
            let (start, end) = key(request).unwrap();
            &request[start..end]
        })
        .collect()
}

#[tokio::test]
async fn an_agent_trusts_nothing_but_the_authority_in_its_enrolment() {
    let (enrolled_with, other) = (Chain::new(), Chain::new());
    let (own, foreign) = (enrolled_with.root.clone(), other.root.clone());
    let expected = Fingerprint::of(&own);
    for (presented, reason) in [
        (vec![], TrustError::RootNotPresented { expected }),
        (
            vec![foreign.clone()],
            TrustError::RootNotPresented { expected },
        ),
        (vec![own.clone()], TrustError::NotIssuedByRoot),
        (
            vec![foreign.clone(), own.clone()],
            TrustError::NotIssuedByRoot,
        ),
        (vec![own, foreign], TrustError::NotIssuedByRoot),
    ] {
        let does = vec![Does::Answer(201, ENROLLED)];
        let server = StandIn::new(&other, &presented, does);
        let refused = client(&server, &enrolled_with).enrol(&enrol()).await;
        let Err(ClientError::Untrusted { reason: told, .. }) = refused else {
            panic!("the server was trusted");
        };
        assert_eq!(told, reason);
        assert_eq!(server.requests(), [""], "the token was not sent");
    }
}

#[tokio::test]
async fn a_question_whose_answer_was_lost_is_asked_again_with_its_key() {
    let chain = Chain::new();
    let does = vec![
        Does::BreakOff,
        Does::Answer(409, IN_USE),
        Does::BreakOff,
        Does::Answer(201, ENROLLED),
        Does::Answer(201, ENROLLED),
    ];
    let server = StandIn::new(&chain, std::slice::from_ref(&chain.root), does);
    let client = client(&server, &chain);
    assert_eq!(client.enrol(&enrol()).await.unwrap().credential, "secret");
    client.enrol(&enrol()).await.unwrap();
    let requests = server.requests();
    let keys = keys(&requests);
    assert!(keys[..4].iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_ne!(keys[4], keys[0], "another question has another key");
    assert!(keys[0].starts_with('"') && keys[0].len() == 38, "{keys:?}");
    assert!(
        requests
            .iter()
            .all(|request| request.ends_with(r#""host_name":"ward-3"}"#))
    );
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_patience_ends() {
    let chain = Chain::new();
    let does = vec![Does::Answer(401, REFUSED)];
    let server = StandIn::new(&chain, std::slice::from_ref(&chain.root), does);
    let refused = client(&server, &chain).enrol(&enrol()).await;
    let refused = refused.err().unwrap();
    assert_eq!(refused.problem_code(), Some("enrolment-refused"));
    assert_eq!(server.requests().len(), 1);

    let breaks_off = (0..5).map(|_| Does::BreakOff).collect();
    let server = StandIn::new(&chain, std::slice::from_ref(&chain.root), breaks_off);
    let lost = client(&server, &chain).enrol(&enrol()).await;
    assert!(matches!(lost, Err(ClientError::Unreachable { .. })));
    assert_eq!(server.requests().len(), 5);
}
