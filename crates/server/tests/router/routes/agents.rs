use axum::http::Method;
use serde_json::json;

use super::{For, Row};
use crate::harness::{NOTHING, presented};

/// What Agents ask.
pub(super) fn agents() -> Vec<Row> {
    let (get, post) = (Method::GET, Method::POST);
    let enrol = json!({ "token": "x", "host_name": "y" });
    let end = json!({ "outcome": "failed", "exit_code": 1 });
    let path = |path: &str| format!("/agent/{path}");
    vec![
        (
            post.clone(),
            path("enrolment"),
            Some(enrol),
            For::Anybody,
            false,
        ),
        (
            post.clone(),
            path("credentials"),
            Some(json!({})),
            For::Agents,
            false,
        ),
        (get.clone(), path("account"), None, For::Agents, false),
        (get, path("certificates"), None, For::Agents, false),
        (
            Method::PUT,
            path("end-to-end"),
            Some(json!({ "on": false })),
            For::Agents,
            false,
        ),
        (
            post.clone(),
            path("backups"),
            Some(presented(NOTHING, "x")),
            For::Agents,
            false,
        ),
        (
            post,
            path(&format!("backups/{NOTHING}/end")),
            Some(end),
            For::Agents,
            true,
        ),
    ]
}
