//! The one place where secret fields become bytes on their way to the AccountServer.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Serializer;

/// `serialize_with` for a secret that travels in a request's body, and nowhere else.
pub(crate) fn expose<S: Serializer>(
    secret: &SecretString,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// For `#[serde(serialize_with)]` of a secret that may be absent.
#[expect(clippy::ref_option, reason = "serde hands fields over like this")]
pub(crate) fn expose_if_any<S: Serializer>(
    secret: &Option<SecretString>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => expose(secret, serializer),
        None => serializer.serialize_none(),
    }
}
