//! Every route against everybody who may not: no token, a wrong role, a foreign scope.

use keyfold_api::sessions::Role;
use keyfold_server::rights::{Capability, may};

use crate::harness::{ACCOUNT, COLLECTION, GROUP, House, NOTHING, OTHER_ACCOUNT};
use crate::routes::{For, routes};

/// One person of each role, all above `GROUP`.
const ROLES: [(&str, Role); 4] = [
    ("root-admin", Role::PlatformAdmin),
    ("ann", Role::GroupAdmin),
    ("olga", Role::Officer),
    ("audrey", Role::Auditor),
];

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
            For::Whoever(capability) => {
                expect.push((agent.as_str(), 401));
                for (person, role) in ROLES {
                    if !may(role, capability) {
                        expect.push((person, 403));
                    }
                }
            }
            For::SignedIn => expect.push((agent.as_str(), 401)),
            For::Agents => expect.extend([("root-admin", 401), ("olga", 401)]),
            For::Anybody => {}
        }
        let admins = matches!(whom, For::Whoever(capability) if may(Role::GroupAdmin, capability));
        if named && (admins || whom == For::SignedIn) {
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
            For::Whoever(Capability::DecideRequests) => "olga",
            For::Anybody | For::SignedIn | For::Whoever(_) => "root-admin",
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
