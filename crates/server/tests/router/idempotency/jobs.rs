use axum::http::Method;
use serde_json::{Value, json};

use super::scene::Scene;
use super::whole;
use crate::harness::{GROUP, OTHER_ACCOUNT, OTHER_GROUP};
use crate::jobs::reported;

/// Rules come and go, a job is asked for and cancelled.
pub(super) async fn jobs_are_asked_for(scene: &mut Scene) {
    let (post, admin) = (Method::POST, "root-admin");
    let check = json!({ "check": { "every_hours": 24, "read_percent": 10 } });
    for scope in [GROUP, OTHER_GROUP] {
        let path = format!("/scopes/{scope}/job-rules");
        scene
            .thrice(Method::PUT, &path, admin, check.clone(), whole)
            .await;
        if scope == GROUP {
            scene
                .thrice(Method::DELETE, &path, admin, Value::Null, whole)
                .await;
        }
    }
    reported(&scene.house, OTHER_ACCOUNT).await;
    let path = format!("/accounts/{OTHER_ACCOUNT}/jobs");
    let kind = json!({ "kind": "check" });
    let job = scene.thrice(post.clone(), &path, admin, kind, whole).await;
    let path = format!("/jobs/{}/cancellation", job["id"].as_str().unwrap());
    scene.thrice(post, &path, admin, json!({}), whole).await;
}
