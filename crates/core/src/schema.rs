//! What identifiers and fingerprints look like in an `OpenAPI` document; for the AccountServer alone.

#[doc(no_inline)]
pub use utoipa::openapi::{RefOr, Schema};
#[doc(no_inline)]
pub use utoipa::{PartialSchema, ToSchema};

use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::fingerprint::Fingerprint;

/// The spelling of a UUID that Keyfold accepts.
pub const UUID: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
/// The spelling of a fingerprint.
const FINGERPRINT: &str = "^[0-9a-f]{64}$";

/// A string of this pattern (ECMA-262).
#[must_use]
pub fn text(description: &str, pattern: &str) -> RefOr<Schema> {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .pattern(Some(pattern));
    text.into()
}

impl PartialSchema for Fingerprint {
    fn schema() -> RefOr<Schema> {
        text(
            "SHA-256 of something in DER, 64 hexadecimal digits.",
            FINGERPRINT,
        )
    }
}

impl ToSchema for Fingerprint {}
