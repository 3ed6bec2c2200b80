//! Alerts and their rules.

use axum::http::Method;
use keyfold_server::rights::Capability;
use serde_json::json;

use super::{For, Row};
use crate::harness::GROUP;

pub(super) fn alerts() -> Vec<Row> {
    let see = For::Whoever(Capability::SeeReports);
    let change = For::Whoever(Capability::ChangeAlertRules);
    let scope = |rest: &str| format!("/scopes/{GROUP}{rest}");
    let rule = scope("/alert-rules/certificate-expires");
    let new = json!({ "on": true, "days": [30], "recipients": [] });
    vec![
        (Method::GET, scope("/alerts"), None, see, true),
        (Method::GET, scope("/alerts/count"), None, see, true),
        (Method::GET, scope("/alert-rules"), None, see, true),
        (Method::PUT, rule.clone(), Some(new), change, true),
        (Method::DELETE, rule, None, change, true),
    ]
}
