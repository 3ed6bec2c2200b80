//! Bodies: JSON, bounded, read into memory that is wiped, since any of them may hold a secret.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use zeroize::{Zeroize as _, Zeroizing};

use crate::refusal::Refusal;

/// The largest body in bytes: an encryption key of 64 KiB in base64, and room.
pub(crate) const MAX_BYTES: usize = 256 * 1024;
/// A body that takes longer is not worth waiting for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        if !is_json(&parts.headers) {
            return Err(Refusal::NotJson);
        }
        let body = whole(&parts.headers, body).await?;
        // serde would take the members' values in an array for an object.
        if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
            return Err(Refusal::Body { line: 1, column: 1 });
        }
        // The error's own words may repeat the body, and with it a secret: only the position is told.
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| Refusal::Body {
                line: error.line(),
                column: error.column(),
            })
    }
}

/// The whole body, in memory that is wiped.
pub(crate) async fn whole(headers: &HeaderMap, body: Body) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    timeout(PATIENCE, read(headers, body))
        .await
        .map_err(|_| Refusal::BodyBroken)?
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    kind.split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// Reads the whole body into one buffer that never grows: growing would leave copies behind. Frames that nobody else
/// holds are wiped.
async fn read(headers: &HeaderMap, mut body: Body) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let declared = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    if declared.is_some_and(|declared: u64| declared > MAX_BYTES as u64) {
        return Err(Refusal::BodyTooLarge);
    }
    let room = declared
        .and_then(|declared| usize::try_from(declared).ok())
        .unwrap_or(MAX_BYTES);
    let mut whole = Zeroizing::new(Vec::with_capacity(room));
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(data) = frame.map_err(|_| Refusal::BodyBroken)?.into_data() else {
            continue;
        };
        if data.len() > room - whole.len() {
            return Err(Refusal::BodyTooLarge);
        }
        whole.extend_from_slice(&data);
        if let Ok(mut frame) = data.try_into_mut() {
            frame.zeroize();
        }
    }
    Ok(whole)
}
