//! Every route against everybody who may not: no token, a wrong role, a foreign scope.

use axum::http::Method;
use serde_json::{Value, json};

use crate::harness::{
    ACCOUNT, COLLECTION, GROUP, House, NOTHING, OTHER_ACCOUNT, presented, vector,
};

/// Who may use a route.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum For {
    Anybody,
    SignedIn,
    Admins,
    Officers,
    Agents,
}

/// Every route: its method, path and body, who may use it, and whether it names something in `ann`'s scope.
#[expect(clippy::too_many_lines, reason = "it is one table")]
pub(crate) fn routes() -> Vec<(Method, String, Option<Value>, For, bool)> {
    use For::{Admins, Agents, Anybody, Officers, SignedIn};
    let (get, post) = (Method::GET, Method::POST);
    let (patch, delete) = (Method::PATCH, Method::DELETE);
    let scope = |rest: &str| format!("/scopes/{GROUP}{rest}");
    let account = |rest: &str| format!("/accounts/{ACCOUNT}{rest}");
    let thing = |kind: &str, rest: &str| format!("/{kind}/{NOTHING}{rest}");
    let rename = || Some(json!({ "name": "x" }));
    let signed = || Some(json!({ "certificate": vector("platform/collection.pem") }));
    let upload = json!({ "certificate": vector("platform/group.pem"), "replaces": null });
    let key_id = NOTHING;
    vec![
        (get.clone(), "/platform".into(), None, Anybody, false),
        (
            post.clone(),
            "/sessions".into(),
            Some(json!({ "user": "x", "password": "y" })),
            Anybody,
            false,
        ),
        (
            get.clone(),
            "/sessions/current".into(),
            None,
            SignedIn,
            false,
        ),
        (get.clone(), "/scopes".into(), None, SignedIn, false),
        (
            post.clone(),
            "/scopes".into(),
            Some(json!({ "kind": "group", "name": "x", "parent": COLLECTION })),
            Admins,
            true,
        ),
        (get.clone(), scope(""), None, SignedIn, true),
        (patch.clone(), scope(""), rename(), Admins, true),
        (delete.clone(), scope(""), None, Admins, true),
        (get.clone(), scope("/children"), None, SignedIn, true),
        (get.clone(), scope("/coverage"), None, Admins, true),
        (
            get.clone(),
            scope("/reports/group-certificates-active"),
            None,
            Admins,
            true,
        ),
        (get.clone(), scope("/accounts"), None, Admins, true),
        (get.clone(), scope("/certificates"), None, SignedIn, true),
        (
            post.clone(),
            scope("/certificates"),
            Some(upload),
            Admins,
            true,
        ),
        (
            get.clone(),
            scope(&format!("/certificates/{}/capture", "0".repeat(64))),
            None,
            Admins,
            true,
        ),
        (get.clone(), scope("/captured-keys"), None, Admins, true),
        (
            post.clone(),
            "/accounts".into(),
            Some(json!({ "name": "x", "group": GROUP })),
            Admins,
            true,
        ),
        (get.clone(), account(""), None, Admins, true),
        (patch, account(""), rename(), Admins, true),
        (
            post.clone(),
            account("/enrolment-tokens"),
            Some(json!({})),
            Admins,
            true,
        ),
        (get.clone(), account("/captured-keys"), None, Admins, true),
        (delete.clone(), account(""), None, Admins, true),
        (get.clone(), "/requests".into(), None, SignedIn, false),
        (
            post.clone(),
            "/requests".into(),
            Some(json!({ "request": vector("platform/group-request.pem") })),
            Admins,
            true,
        ),
        (get.clone(), thing("requests", ""), None, SignedIn, true),
        (
            post.clone(),
            thing("requests", "/signature"),
            signed(),
            Officers,
            true,
        ),
        (
            post.clone(),
            thing("requests", "/rejection"),
            Some(json!({ "reason": "x" })),
            Officers,
            true,
        ),
        (
            post.clone(),
            thing("captured-keys", "/recoveries"),
            Some(json!({ "reason": "x" })),
            Admins,
            true,
        ),
        (get.clone(), "/audit".into(), None, Admins, false),
        (
            post.clone(),
            "/agent/enrolment".into(),
            Some(json!({ "token": "x", "host_name": "y" })),
            Anybody,
            false,
        ),
        (get, "/agent/account".into(), None, Agents, false),
        (
            post.clone(),
            "/agent/backups".into(),
            Some(presented(key_id, "x")),
            Agents,
            false,
        ),
        (
            post,
            thing("agent/backups", "/end"),
            Some(json!({ "outcome": "failed", "exit_code": 1 })),
            Agents,
            true,
        ),
        (delete, "/sessions/current".into(), None, SignedIn, false),
    ]
}

#[tokio::test]
async fn nobody_gets_further_than_their_rights() {
    let house = House::new().await;
    let agent = house.enrol(ACCOUNT).await;
    let mut refused = 0;
    for (method, path, body, whom, named) in routes() {
        let mut expect: Vec<(&str, u16)> = Vec::new();
        if whom != For::Anybody {
            expect.extend([("", 401), ("unknown", 401)]);
        }
        match whom {
            For::Admins => expect.extend([("olga", 403), (agent.as_str(), 401)]),
            For::Officers => expect.extend([("ann", 403), (agent.as_str(), 401)]),
            For::SignedIn => expect.push((agent.as_str(), 401)),
            For::Agents => expect.extend([("root-admin", 401), ("olga", 401)]),
            For::Anybody => {}
        }
        if named && matches!(whom, For::Admins | For::SignedIn) {
            expect.push(("otto", 404));
        }
        for (token, status) in expect {
            let answer = house.ask(method.clone(), &path, token, body.clone()).await;
            assert_eq!(
                answer.status,
                status,
                "{method} {path} as “{token}”: {}",
                answer.shown()
            );
            assert_eq!(answer.kind, "application/problem+json");
            refused += 1;
        }
    }
    assert!(refused > 100, "{refused}");
    let after = house.get("/scopes", "root-admin").await.body;
    assert_eq!(
        after,
        House::new().await.get("/scopes", "root-admin").await.body,
        "nothing changed"
    );
}

#[tokio::test]
async fn who_may_is_not_kept_out() {
    let house = House::new().await;
    let agent = house.enrol(OTHER_ACCOUNT).await;
    for (method, path, body, whom, _) in routes() {
        let token = match whom {
            For::Anybody | For::SignedIn | For::Admins => "root-admin",
            For::Officers => "olga",
            For::Agents => &agent,
        };
        let answer = house.ask(method.clone(), &path, token, body).await;
        let kept_out = ["not-signed-in", "not-allowed"].contains(&answer.code());
        assert!(
            !kept_out && answer.status < 500,
            "{method} {path}: {}",
            answer.shown()
        );
    }
}

#[tokio::test]
async fn a_foreign_thing_looks_like_one_that_is_not_there() {
    let house = House::new().await;
    for rest in [
        "",
        "/children",
        "/coverage",
        "/accounts",
        "/certificates",
        "/captured-keys",
    ] {
        let foreign = house.get(&format!("/scopes/{GROUP}{rest}"), "otto").await;
        let missing = house.get(&format!("/scopes/{NOTHING}{rest}"), "otto").await;
        assert_eq!(foreign.shown(), missing.shown());
    }
    let above = house.get(&format!("/scopes/{COLLECTION}"), "gus").await;
    assert_eq!(above.code(), "not-found", "rights reach down, never up");
}
