use axum::http::Method;
use keyfold_server::rights::Capability;
use serde_json::{Value, json};

use super::{For, Row};
use crate::harness::{ACCOUNT, GROUP, NOTHING};

/// Offline processing.
pub(super) fn jobs() -> Vec<Row> {
    let see = |path: String| row(Method::GET, path, None, Capability::SeeAccounts);
    let manage = |method, path: String, body| row(method, path, body, Capability::ManageJobs);
    let scope = |rest: &str| format!("/scopes/{GROUP}{rest}");
    let of_account = || format!("/accounts/{ACCOUNT}/jobs");
    let job = |rest: &str| format!("/jobs/{NOTHING}{rest}");
    let rules = || Some(json!({ "check": { "every_hours": 24, "read_percent": 10 } }));
    vec![
        see(scope("/job-rules")),
        manage(Method::PUT, scope("/job-rules"), rules()),
        manage(Method::DELETE, scope("/job-rules"), None),
        see(scope("/jobs")),
        see(of_account()),
        manage(Method::POST, of_account(), Some(json!({ "kind": "check" }))),
        see(job("")),
        manage(Method::POST, job("/cancellation"), Some(json!({}))),
    ]
}

fn row(method: Method, path: String, body: Option<Value>, may: Capability) -> Row {
    (method, path, body, For::Whoever(may), true)
}
