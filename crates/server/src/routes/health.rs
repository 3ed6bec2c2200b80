//! `GET /healthz` and `GET /readyz`, for load balancers and monitoring; `GET /metrics`, for Prometheus.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use keyfold_api::certificates::CaptureState;
use keyfold_api::health::{Check, Health, Readiness};
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::cache::Eviction;
use crate::operation::{Gauges, Labelled, Metrics};
use crate::refusal::Refusal;
use crate::state::{Platform, Shared};

/// A database that takes longer does not answer.
const PATIENCE: Duration = Duration::from_secs(2);
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// That the process answers.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "check_health",
    tag = "platform",
    responses((status = 200, description = "It lives.", body = Health)),
)]
pub(super) async fn alive() -> Json<Health> {
    Json(Health { alive: true })
}

/// Whether questions should be sent here.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "check_readiness",
    tag = "platform",
    responses(
        (status = 200, description = "They should.", body = Readiness),
        (status = 503, description = "They should not, for the reasons given.", body = Readiness),
    ),
)]
pub(super) async fn ready(State(platform): State<Shared>) -> Response {
    let checks = vec![
        lifecycle(&platform),
        database(&platform).await,
        revocation_list(&platform),
        capture_signer(&platform),
        tls_certificate(&platform),
    ];
    let ready = checks.iter().all(|check| check.ok);
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(Readiness { ready, checks })).into_response()
}

pub(super) async fn metrics(State(platform): State<Shared>) -> Result<Response, Refusal> {
    measure(&platform, &platform.operation.metrics);
    let text = platform.operation.metrics.text();
    let text = text.map_err(|_| Refusal::Internal("the numbers could not be written"))?;
    Ok(([(CONTENT_TYPE, OPENMETRICS)], text).into_response())
}

fn check(name: &str, ok: bool, detail: &str) -> Check {
    Check {
        name: name.to_owned(),
        ok,
        detail: detail.to_owned(),
    }
}

fn lifecycle(platform: &Platform) -> Check {
    if platform.operation.lifecycle.is_ending() {
        check("lifecycle", false, "ending")
    } else {
        check("lifecycle", true, "running")
    }
}

async fn database(platform: &Platform) -> Check {
    match timeout(PATIENCE, platform.store.platform()).await {
        Ok(Ok(_)) => check("database", true, "answers"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the database failed");
            check("database", false, "failed; the log says how")
        }
        Err(_) => check("database", false, "does not answer"),
    }
}

fn revocation_list(platform: &Platform) -> Check {
    if platform.trust.revocation_list().next_update() < platform.now() {
        check("revocation-list", false, "out of date")
    } else {
        check("revocation-list", true, "current")
    }
}

fn capture_signer(platform: &Platform) -> Check {
    let name = "capture-signer";
    match platform.trust.signer(platform.now()) {
        Err(error) => check(name, false, error.code()),
        Ok(_) if platform.trust.refused_signer().is_some() => check(name, true, OLD_IN_USE),
        Ok(_) => check(name, true, "valid"),
    }
}

fn tls_certificate(platform: &Platform) -> Check {
    let name = "tls-certificate";
    match &platform.operation.tls {
        Some(tls) if tls.not_after() < platform.now() => check(name, false, "expired"),
        Some(tls) if tls.refused().is_some() => check(name, true, OLD_IN_USE),
        _ => check(name, true, "valid"),
    }
}

const OLD_IN_USE: &str = "valid, but newer files are refused; the log says why";

/// Sets what is measured when somebody asks.
fn measure(platform: &Platform, metrics: &Metrics) {
    let set = |gauges: &Gauges, of, value: i64| {
        gauges.get_or_create(&Labelled { of }).set(value);
    };
    let cache = platform.cache.figures();
    metrics.cached_keys.set(number(cache.keys));
    set(&metrics.cache_bytes, "used", number(cache.used_bytes));
    set(&metrics.cache_bytes, "most", number(cache.most_bytes));
    for why in Eviction::ALL {
        let counter = metrics
            .evictions
            .get_or_create_owned(&Labelled { of: why.word() });
        counter
            .inner()
            .store(platform.cache.evictions(why), Ordering::Relaxed);
    }
    for (of, state) in [
        ("running", CaptureState::Running),
        ("failed", CaptureState::Failed),
    ] {
        let captures = platform.captures.count(state);
        set(&metrics.captures, of, number(captures));
    }
    let database = platform.store.connections();
    set(&metrics.database_connections, "used", number(database.used));
    set(&metrics.database_connections, "idle", number(database.idle));
    let passwords = platform.passwords.load();
    set(
        &metrics.password_checks,
        "running",
        number(passwords.running),
    );
    set(
        &metrics.password_checks,
        "waiting",
        number(passwords.waiting),
    );

    let seconds = OffsetDateTime::unix_timestamp;
    let trust = &platform.trust;
    let list = trust.revocation_list();
    set(
        &metrics.revocation_list,
        "this-update",
        seconds(list.this_update()),
    );
    set(
        &metrics.revocation_list,
        "next-update",
        seconds(list.next_update()),
    );
    if let Some(not_after) = trust.signer_not_after() {
        set(
            &metrics.certificate_not_after,
            "capture",
            seconds(not_after),
        );
    }
    let refused = i64::from(trust.refused_signer().is_some());
    set(&metrics.certificate_refused, "capture", refused);
    if let Some(tls) = &platform.operation.tls {
        set(
            &metrics.certificate_not_after,
            "tls",
            seconds(tls.not_after()),
        );
        set(
            &metrics.certificate_refused,
            "tls",
            i64::from(tls.refused().is_some()),
        );
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
