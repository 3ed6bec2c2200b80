use axum::http::Method;
use serde_json::json;

use super::{For, Row};
use crate::harness::NOTHING;

/// Signing in and out, and what a person may do with their own sessions.
pub(super) fn own_session() -> Vec<Row> {
    let (get, post) = (Method::GET, Method::POST);
    let (put, delete) = (Method::PUT, Method::DELETE);
    let all = "/sessions".to_owned();
    let current = |rest: &str| format!("/sessions/current{rest}");
    let signed_in =
        |method: &Method, path, body| (method.clone(), path, body, For::SignedIn, false);
    let sign_in = json!({ "user": "x", "password": "y" });
    let password = json!({ "present": "not this one", "password": "long enough" });
    let begin = json!({ "password": "not this one" });
    let confirm = json!({ "code": "123456" });
    vec![
        (
            post.clone(),
            all.clone(),
            Some(sign_in),
            For::Anybody,
            false,
        ),
        signed_in(&get, current(""), None),
        signed_in(&get, all, None),
        signed_in(&put, current("/password"), Some(password)),
        signed_in(&get, current("/second-factor"), None),
        signed_in(&post, current("/second-factor"), Some(begin)),
        signed_in(&put, current("/second-factor"), Some(confirm)),
        signed_in(&delete, format!("/sessions/{NOTHING}"), None),
        signed_in(&delete, current(""), None),
    ]
}
