//! Every route, and who may use it.

mod agents;
mod alerts;
mod jobs;
mod own_session;

use axum::http::Method;
use keyfold_server::rights::Capability;
use serde_json::{Value, json};

use self::agents::agents;
use self::alerts::alerts;
use self::jobs::jobs;
use self::own_session::own_session;
use crate::harness::{ACCOUNT, COLLECTION, GROUP, NOTHING, vector};

/// Who may use a route.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum For {
    Anybody,
    SignedIn,
    Whoever(Capability),
    Agents,
}

/// A route: its method, path and body, who may use it, and whether it names something in `ann`'s scope.
pub(crate) type Row = (Method, String, Option<Value>, For, bool);

/// Every route; signing out comes last.
#[expect(clippy::too_many_lines, reason = "it is one table")]
pub(crate) fn routes() -> Vec<Row> {
    use Capability as C;
    use For::{Anybody, Whoever};
    let (get, post) = (Method::GET, Method::POST);
    let (put, patch, delete) = (Method::PUT, Method::PATCH, Method::DELETE);
    let scope = |rest: &str| format!("/scopes/{GROUP}{rest}");
    let account = |rest: &str| format!("/accounts/{ACCOUNT}{rest}");
    let person = |rest: &str| format!("/users/gus{rest}");
    let thing = |kind: &str, rest: &str| format!("/{kind}/{NOTHING}{rest}");
    let rename = || Some(json!({ "name": "x" }));
    let signed = || Some(json!({ "certificate": vector("platform/collection.pem") }));
    let upload = json!({ "certificate": vector("platform/group.pem"), "replaces": null });
    let mut rows = vec![
        (get.clone(), "/platform".into(), None, Anybody, false),
        (get.clone(), "/openapi.json".into(), None, Anybody, false),
        (
            post.clone(),
            "/oidc/sign-ins".into(),
            Some(json!({ "port": 1, "challenge": "x" })),
            Anybody,
            false,
        ),
        (get.clone(), "/oidc/callback".into(), None, Anybody, false),
        (
            post.clone(),
            "/oidc/sessions".into(),
            Some(json!({ "ticket": "x", "verifier": "y" })),
            Anybody,
            false,
        ),
        (
            get.clone(),
            "/events".into(),
            None,
            Whoever(C::SeeTree),
            false,
        ),
        (
            post.clone(),
            "/setup".into(),
            Some(
                json!({ "token": "x", "name": "x", "display_name": "x", "password": "long enough" }),
            ),
            Anybody,
            false,
        ),
        (
            get.clone(),
            "/scopes".into(),
            None,
            Whoever(C::SeeTree),
            false,
        ),
        (
            post.clone(),
            "/scopes".into(),
            Some(json!({ "kind": "group", "name": "x", "parent": COLLECTION })),
            Whoever(C::ChangeTree),
            true,
        ),
        (get.clone(), scope(""), None, Whoever(C::SeeTree), true),
        (
            patch.clone(),
            scope(""),
            rename(),
            Whoever(C::ChangeTree),
            true,
        ),
        (
            delete.clone(),
            scope(""),
            None,
            Whoever(C::ChangeTree),
            true,
        ),
        (
            get.clone(),
            scope("/children"),
            None,
            Whoever(C::SeeTree),
            true,
        ),
        (
            get.clone(),
            scope("/coverage"),
            None,
            Whoever(C::SeeReports),
            true,
        ),
        (
            get.clone(),
            scope("/reports/group-certificates-active"),
            None,
            Whoever(C::SeeReports),
            true,
        ),
        (
            get.clone(),
            scope("/accounts"),
            None,
            Whoever(C::SeeAccounts),
            true,
        ),
        (
            get.clone(),
            scope("/certificates"),
            None,
            Whoever(C::SeeTree),
            true,
        ),
        (
            post.clone(),
            scope("/certificates"),
            Some(upload),
            Whoever(C::UploadCertificates),
            true,
        ),
        (
            get.clone(),
            scope(&format!("/certificates/{}/capture", "0".repeat(64))),
            None,
            Whoever(C::UploadCertificates),
            true,
        ),
        (
            get.clone(),
            scope("/captured-keys"),
            None,
            Whoever(C::RecoverKeys),
            true,
        ),
        (
            post.clone(),
            "/accounts".into(),
            Some(json!({ "name": "x", "group": GROUP })),
            Whoever(C::ChangeAccounts),
            true,
        ),
        (
            get.clone(),
            account(""),
            None,
            Whoever(C::SeeAccounts),
            true,
        ),
        (
            patch.clone(),
            account(""),
            rename(),
            Whoever(C::ChangeAccounts),
            true,
        ),
        (
            post.clone(),
            account("/enrolment-tokens"),
            Some(json!({})),
            Whoever(C::ChangeAccounts),
            true,
        ),
        (
            get.clone(),
            account("/backups"),
            None,
            Whoever(C::SeeAccounts),
            true,
        ),
        (
            get.clone(),
            account("/captured-keys"),
            None,
            Whoever(C::RecoverKeys),
            true,
        ),
        (
            delete.clone(),
            account(""),
            None,
            Whoever(C::ChangeAccounts),
            true,
        ),
        (
            get.clone(),
            "/requests".into(),
            None,
            Whoever(C::SeeRequests),
            false,
        ),
        (
            post.clone(),
            "/requests".into(),
            Some(json!({ "request": vector("platform/group-request.pem") })),
            Whoever(C::SubmitRequests),
            true,
        ),
        (
            get.clone(),
            thing("requests", ""),
            None,
            Whoever(C::SeeRequests),
            true,
        ),
        (
            post.clone(),
            thing("requests", "/signature"),
            signed(),
            Whoever(C::DecideRequests),
            true,
        ),
        (
            post.clone(),
            thing("requests", "/rejection"),
            Some(json!({ "reason": "x" })),
            Whoever(C::DecideRequests),
            true,
        ),
        (
            post.clone(),
            thing("captured-keys", "/recoveries"),
            Some(json!({ "reason": "x" })),
            Whoever(C::RecoverKeys),
            true,
        ),
        (
            delete.clone(),
            account("/agent"),
            None,
            Whoever(C::ChangeAccounts),
            true,
        ),
        (
            get.clone(),
            "/audit".into(),
            None,
            Whoever(C::SeeAudit),
            false,
        ),
        (
            get.clone(),
            "/users".into(),
            None,
            Whoever(C::ManageUsers),
            false,
        ),
        (
            post.clone(),
            "/users".into(),
            Some(json!({
                "name": "new", "display_name": "x", "role": "auditor", "scope": GROUP, "password": "long enough",
            })),
            Whoever(C::ManageUsers),
            true,
        ),
        (get.clone(), person(""), None, Whoever(C::ManageUsers), true),
        (
            patch,
            person(""),
            Some(json!({ "display_name": "x" })),
            Whoever(C::ManageUsers),
            true,
        ),
        (
            put.clone(),
            person("/password"),
            Some(json!({ "password": "long enough" })),
            Whoever(C::ManageUsers),
            true,
        ),
        (
            delete.clone(),
            person("/second-factor"),
            None,
            Whoever(C::ManageUsers),
            true,
        ),
        (
            get.clone(),
            person("/sessions"),
            None,
            Whoever(C::ManageUsers),
            true,
        ),
        (
            delete.clone(),
            person(&format!("/sessions/{NOTHING}")),
            None,
            Whoever(C::ManageUsers),
            true,
        ),
        (
            delete.clone(),
            person("/sessions"),
            None,
            Whoever(C::ManageUsers),
            true,
        ),
        (
            delete.clone(),
            person(""),
            None,
            Whoever(C::ManageUsers),
            true,
        ),
        (
            get.clone(),
            "/platform/settings".into(),
            None,
            Whoever(C::ChangePlatform),
            false,
        ),
        (
            put.clone(),
            "/platform/settings".into(),
            Some(json!({
                "session_idle_seconds": 600, "session_life_seconds": 6000,
                "second_factor_for": [], "second_factor_at_recovery": false,
            })),
            Whoever(C::ChangePlatform),
            false,
        ),
    ];
    rows.extend(alerts());
    rows.extend(agents());
    rows.extend(jobs());
    rows.extend(own_session());
    rows
}
