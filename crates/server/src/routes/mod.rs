//! The routes, one room for each resource, and what holds for all of them.

mod accounts;
mod agents;
mod captured_keys;
mod certificates;
mod platform;
mod reports;
mod requests;
mod scopes;
mod sessions;

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post};
use keyfold_api::BASE_PATH;
use tokio::time::timeout;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower_http::trace::TraceLayer;

use crate::refusal::Refusal;
use crate::state::Shared;

/// An answer that takes longer is not waited for; what it began is finished all the same.
const PATIENCE: Duration = Duration::from_secs(110);
/// Questions that are answered at a time; more wait.
const AT_A_TIME: usize = 512;

/// Everything that the AccountServer answers.
pub fn router(platform: Shared) -> Router {
    let people = Router::new()
        .route("/platform", get(platform::show))
        .route("/sessions", post(sessions::sign_in))
        .route(
            "/sessions/current",
            get(sessions::show).delete(sessions::sign_out),
        )
        .route("/scopes", get(scopes::list).post(scopes::create))
        .route(
            "/scopes/{guid}",
            get(scopes::show)
                .patch(scopes::change)
                .delete(scopes::delete),
        )
        .route("/scopes/{guid}/coverage", get(reports::coverage))
        .route(
            "/scopes/{guid}/reports/group-certificates-active",
            get(reports::group_certificates_active),
        )
        .route("/scopes/{guid}/accounts", get(accounts::list))
        .route(
            "/scopes/{guid}/certificates",
            get(certificates::list).post(certificates::upload),
        )
        .route(
            "/scopes/{guid}/captured-keys",
            get(captured_keys::list_of_scope),
        )
        .route("/accounts", post(accounts::create))
        .route(
            "/accounts/{id}",
            get(accounts::show)
                .patch(accounts::change)
                .merge(delete(accounts::delete)),
        )
        .route(
            "/accounts/{id}/enrolment-tokens",
            post(accounts::create_enrolment),
        )
        .route(
            "/accounts/{id}/captured-keys",
            get(captured_keys::list_of_account),
        )
        .route("/requests", get(requests::list).post(requests::submit))
        .route("/requests/{id}", get(requests::show))
        .route("/requests/{id}/signature", post(requests::sign))
        .route("/requests/{id}/rejection", post(requests::reject))
        .route(
            "/captured-keys/{id}/recoveries",
            post(captured_keys::recover),
        );
    let agents = Router::new()
        .route("/agent/enrolment", post(agents::enrol))
        .route("/agent/account", get(agents::account))
        .route("/agent/backups", post(agents::start_backup))
        .route("/agent/backups/{id}/end", post(agents::end_backup));
    Router::new()
        .nest(BASE_PATH, people.merge(agents))
        .route("/healthz", get(platform::health))
        .fallback(async || Refusal::NoRoute)
        .method_not_allowed_fallback(async || Refusal::Method)
        .with_state(platform)
        .layer(from_fn(bounded))
        .layer(GlobalConcurrencyLimitLayer::new(AT_A_TIME))
        .layer(TraceLayer::new_for_http())
}

/// Bounds the time of an answer, and keeps every answer out of caches.
async fn bounded(request: Request, next: Next) -> Response {
    let answer = timeout(PATIENCE, next.run(request)).await;
    let mut response = answer.unwrap_or_else(|_| Refusal::Timeout.into_response());
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
