//! An answer as it is kept: status, content type, body.

use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::refusal::Refusal;

/// Larger answers are made again instead of being kept.
const MAX_BYTES: u64 = 256 * 1024;

/// An answer whose body is known.
pub(super) struct Answer {
    status: StatusCode,
    kind: Option<HeaderValue>,
    body: Bytes,
}

impl Answer {
    /// Whether the response says that something was done, in few enough bytes to be kept.
    pub(super) fn is_kept(response: &Response) -> bool {
        let size = response.body().size_hint().exact();
        response.status().is_success() && size.is_some_and(|size| size <= MAX_BYTES)
    }

    /// The answer that axum's `Json` gives.
    pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Refusal> {
        let body =
            serde_json::to_vec(body).map_err(|_| Refusal::Internal("an answer has no JSON"))?;
        Ok(Self {
            status,
            kind: Some(HeaderValue::from_static("application/json")),
            body: body.into(),
        })
    }

    /// Reads the response's body.
    pub(super) async fn of(response: Response) -> Result<Self, Refusal> {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX)
            .await
            .map_err(|_| Refusal::Internal("an answer broke off"))?;
        Ok(Self {
            status: parts.status,
            kind: parts.headers.get(CONTENT_TYPE).cloned(),
            body,
        })
    }

    /// Whether there is anything in it that not everybody may read.
    pub(super) fn has_content(&self) -> bool {
        !self.body.is_empty()
    }

    /// Two bytes of status, one of the content type's length, content type, body.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let kind = self.kind.as_ref().map_or(&[][..], HeaderValue::as_bytes);
        let length = u8::try_from(kind.len()).unwrap_or(0);
        let mut bytes = self.status.as_u16().to_be_bytes().to_vec();
        bytes.push(length);
        bytes.extend_from_slice(&kind[..usize::from(length)]);
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) writes.
    pub(super) fn from_bytes(bytes: Vec<u8>) -> Result<Self, Refusal> {
        Self::parse(&Zeroizing::new(bytes)).ok_or(Refusal::Internal("a kept answer is damaged"))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (status, rest) = bytes.split_first_chunk::<2>()?;
        let (length, rest) = rest.split_first()?;
        let (kind, body) = rest.split_at_checked(usize::from(*length))?;
        Some(Self {
            status: StatusCode::from_u16(u16::from_be_bytes(*status)).ok()?,
            kind: (!kind.is_empty())
                .then(|| HeaderValue::from_bytes(kind))
                .transpose()
                .ok()?,
            body: Bytes::copy_from_slice(body),
        })
    }

    /// The answer, as it was given.
    pub(super) fn into_response(self) -> Response {
        let mut response = (self.status, Body::from(self.body)).into_response();
        let headers = response.headers_mut();
        headers.remove(CONTENT_TYPE);
        if let Some(kind) = self.kind {
            headers.insert(CONTENT_TYPE, kind);
        }
        response
    }
}
