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
