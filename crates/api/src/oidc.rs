//! Signing in at the organisation's identity provider: `POST /oidc/sign-ins`, `GET /oidc/callback` (the browser's),
//! `POST /oidc/sessions`.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use url::Url;
use zeroize::Zeroizing;

/// `POST /oidc/sign-ins`, answered with [`OidcSignIn`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BeginOidcSignIn {
    /// The port on which the Console listens on its own computer, 127.0.0.1 (RFC 8252 section 7.3).
    pub port: u16,
    /// SHA-256 of a verifier of 43 to 128 characters that only the Console knows, base64url (RFC 7636 section 4.2).
    pub challenge: String,
}

/// A sign-in that began.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct OidcSignIn {
    /// What the browser opens. It ends at `http://127.0.0.1:<port>/` with `?ticket=…`, or with `?problem=<code>`.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = "uri"))]
    pub url: Url,
    /// When it is too late.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "schema", schema(value_type = String, format = "date-time"))]
    pub expires_at: OffsetDateTime,
}

/// `POST /oidc/sessions`, answered with [`Session`](crate::sessions::Session). The ticket works once.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UseOidcTicket {
    /// What came back with the browser.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub ticket: Zeroizing<String>,
    /// What the challenge was made of.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub verifier: Zeroizing<String>,
}
