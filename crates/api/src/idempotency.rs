//! The key of a question that may be asked again.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Names one changing question: asked again with the same key, it gets the same answer, and what it asks for is done once
/// (draft-ietf-httpapi-idempotency-key-header). Displays as the value of the header `Idempotency-Key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdempotencyKey(Uuid);

impl IdempotencyKey {
    /// The header's name.
    pub const HEADER: &str = "idempotency-key";

    /// A key that no other question has, of the operating system's randomness.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{}\"", self.0)
    }
}
