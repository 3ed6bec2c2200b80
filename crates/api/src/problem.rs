//! Problem details (RFC 9457) with the stable codes that clients match on.

use serde::{Deserialize, Serialize};

/// The body of every answer that is not 2xx, as `application/problem+json` (RFC 9457 §3).
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `urn:keyfold:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Stable, kebab-case: what clients match on.
    pub code: String,
    /// The same words for every occurrence of this code.
    pub title: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// What failed here and what to do next; never a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}
