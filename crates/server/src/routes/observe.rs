//! What is told about every question: one line in the log, numbers for Prometheus, an identifier in the answer.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tracing::Instrument as _;

use crate::operation::{Answered, Labelled};
use crate::refusal::Code;
use crate::state::Shared;

/// Names a question, in the log and in its answer.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest identifier that is taken over from a reverse proxy, characters.
const LONGEST: usize = 64;
/// Asked all the time by machines: their lines are only of interest to whoever looks for them.
const PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// Neither headers nor the path as it was asked are ever logged: they hold tokens and names.
pub(super) async fn observe(
    State(platform): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let id = request_id(request.headers());
    let method = method(request.method());
    let route = match request.extensions().get::<MatchedPath>() {
        Some(path) => path.as_str().to_owned(),
        None => "none".to_owned(),
    };
    let span = tracing::info_span!(
        "question",
        id = id.to_str().unwrap_or_default(),
        method,
        route
    );
    let answer = async {
        let mut response = next.run(request).await;
        let took = start.elapsed();
        let status = response.status().as_u16();
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if PROBES.contains(&route.as_str()) {
            tracing::debug!(status, milliseconds, "answered");
        } else {
            tracing::info!(status, milliseconds, "answered");
        }
        let metrics = &platform.operation.metrics;
        if let Some(Code(of)) = response.extensions().get() {
            metrics.refusals.get_or_create(&Labelled { of }).inc();
        }
        let route = route.clone();
        metrics.answered(
            &Answered {
                method,
                route,
                status,
            },
            took,
        );
        response.headers_mut().insert(REQUEST_ID, id.clone());
        response
    };
    answer.instrument(span.clone()).await
}

/// The reverse proxy's identifier, if it is a harmless one, or a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let is_harmless = |id: &&HeaderValue| {
        let harmless = |it: &u8| it.is_ascii_alphanumeric() || *it == b'-' || *it == b'_';
        (1..=LONGEST).contains(&id.len()) && id.as_bytes().iter().all(harmless)
    };
    if let Some(id) = headers.get(REQUEST_ID).filter(is_harmless) {
        return id.clone();
    }
    // Not from the platform's entropy: what a test draws from it should not depend on how often it asked.
    let id = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 12]>());
    // base64url is always a header value.
    HeaderValue::try_from(id).unwrap_or(HeaderValue::from_static("none"))
}

/// A label has few values, whatever clients make up.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
