//! Signing in: `POST /sessions`, `GET /sessions/current`, `DELETE /sessions/current`.

use keyfold_core::id::ScopeGuid;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// `POST /sessions`, answered with [`Session`].
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct SignIn {
    /// The name the user signs in with.
    pub user: String,
    /// The password, which only ever travels in this body.
    #[serde(serialize_with = "crate::secret::expose")]
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Password))]
    pub password: SecretString,
}

/// A session; its token goes into `Authorization: Bearer …`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct Session {
    /// The bearer token, shown this once.
    pub token: String,
    /// When the AccountServer forgets it.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Who signed in.
    pub user: User,
}

/// A person who signs in, and what they may do below which scope.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The name the user signs in with.
    pub name: String,
    /// The name other people see.
    pub display_name: String,
    /// What they may do.
    pub role: Role,
    /// The scope they administer, with everything below it.
    pub scope: ScopeGuid,
}

/// What a user may do in their scope.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Administers the scope: requests and uploads certificates, recovers keys.
    Admin,
    /// Works for the Authority: sees requests and signs or rejects them; no keys.
    Officer,
}
