//! The routes, one room for each resource, and what holds for all of them.

mod accounts;
mod agents;
mod alerts;
mod audit;
mod backups;
mod captured_keys;
mod certificates;
mod end_to_end;
mod events;
mod health;
mod job_rules;
mod jobs;
mod observe;
mod oidc;
mod platform;
mod reports;
mod requests;
mod scopes;
mod second_factors;
mod sessions;
mod settings;
mod setup;
mod users;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use keyfold_api::BASE_PATH;
use tokio::time::timeout;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::audit::denials;
use crate::idempotency::{self, Idempotency};
use crate::refusal::Refusal;
use crate::state::Shared;

/// An answer that takes longer is not waited for; what it began is finished all the same.
const PATIENCE: Duration = Duration::from_secs(110);

/// Everything that the AccountServer answers.
pub fn router(platform: Shared) -> Router {
    let once = from_fn_with_state(Idempotency::new(Arc::clone(&platform)), idempotency::once);
    Router::from(all())
        .route_layer(from_fn_with_state(Arc::clone(&platform), denials::recorded))
        .route_layer(once)
        .fallback(async || Refusal::NoRoute)
        .method_not_allowed_fallback(async || Refusal::Method)
        .with_state(Arc::clone(&platform))
        .layer(from_fn(bounded))
        .layer(from_fn_with_state(platform, observe::observe))
}

/// What monitoring asks, on an address of its own.
pub(crate) fn monitoring(platform: Shared) -> Router {
    Router::new()
        .route("/metrics", get(health::metrics))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(async || Refusal::NoRoute)
        .with_state(platform)
}

/// What the routes say of themselves.
pub(crate) fn described() -> OpenApi {
    all().into_openapi()
}

/// A route that is registered otherwise would not be in the document.
fn all() -> OpenApiRouter<Shared> {
    OpenApiRouter::default()
        .nest(BASE_PATH, people().merge(agents()))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
}

fn people() -> OpenApiRouter<Shared> {
    OpenApiRouter::default()
        .routes(routes!(platform::show))
        .routes(routes!(platform::openapi))
        .routes(routes!(settings::show, settings::change))
        .routes(routes!(setup::set_up))
        .merge(signing_in())
        .merge(users())
        .routes(routes!(events::follow))
        .routes(routes!(scopes::list, scopes::create))
        .routes(routes!(scopes::show, scopes::change, scopes::delete))
        .routes(routes!(scopes::children))
        .routes(routes!(reports::coverage))
        .routes(routes!(reports::group_certificates_active))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::count))
        .routes(routes!(alerts::rules))
        .routes(routes!(alerts::change_rule, alerts::inherit_rule))
        .routes(routes!(accounts::list))
        .routes(routes!(certificates::list, certificates::upload))
        .routes(routes!(certificates::show_capture))
        .routes(routes!(captured_keys::list_of_scope))
        .routes(routes!(accounts::create))
        .routes(routes!(accounts::show, accounts::change, accounts::delete))
        .routes(routes!(accounts::create_enrolment))
        .routes(routes!(accounts::revoke_agent))
        .routes(routes!(backups::list_of_account))
        .routes(routes!(captured_keys::list_of_account))
        .routes(routes!(captured_keys::recover))
        .routes(routes!(requests::list, requests::submit))
        .routes(routes!(requests::show))
        .routes(routes!(requests::sign))
        .routes(routes!(requests::reject))
        .merge(offline_processing())
        .routes(routes!(audit::list))
}

fn offline_processing() -> OpenApiRouter<Shared> {
    OpenApiRouter::default()
        .routes(routes!(
            job_rules::show,
            job_rules::change,
            job_rules::delete
        ))
        .routes(routes!(jobs::list_of_scope))
        .routes(routes!(jobs::list_of_account, jobs::ask))
        .routes(routes!(jobs::show))
        .routes(routes!(jobs::cancel))
}

fn signing_in() -> OpenApiRouter<Shared> {
    OpenApiRouter::default()
        .routes(routes!(sessions::list, sessions::sign_in))
        .routes(routes!(sessions::show, sessions::sign_out))
        .routes(routes!(sessions::change_password))
        .routes(routes!(
            second_factors::show,
            second_factors::begin,
            second_factors::confirm
        ))
        .routes(routes!(sessions::end))
        .routes(routes!(oidc::begin))
        .routes(routes!(oidc::callback))
        .routes(routes!(oidc::use_ticket))
}

fn users() -> OpenApiRouter<Shared> {
    OpenApiRouter::default()
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::show, users::change, users::delete))
        .routes(routes!(users::reset_password))
        .routes(routes!(users::reset_second_factor))
        .routes(routes!(users::list_sessions, users::end_sessions))
        .routes(routes!(users::end_session))
}

fn agents() -> OpenApiRouter<Shared> {
    OpenApiRouter::default()
        .routes(routes!(agents::enrol))
        .routes(routes!(agents::renew_credential))
        .routes(routes!(agents::account))
        .routes(routes!(agents::start_backup))
        .routes(routes!(agents::end_backup))
        .routes(routes!(end_to_end::choose))
        .routes(routes!(end_to_end::certificates))
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
