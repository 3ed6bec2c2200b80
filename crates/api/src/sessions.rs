//! Signing in: `POST /sessions`, `GET /sessions/current`, `DELETE /sessions/current`; one's own sessions and password:
//! `GET /sessions`, `DELETE /sessions/{id}`, `PUT /sessions/current/password`.

use keyfold_core::id::ScopeGuid;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use zeroize::Zeroizing;

keyfold_core::uuid_newtype!(SessionId, "A session, as lists name it.");

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
    /// A code of the second factor, or a recovery code; absent until it is asked for (`second-factor-required`).
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Password))]
    #[serde(
        default,
        serialize_with = "crate::secret::expose_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub code: Option<SecretString>,
    /// What an earlier sign-in of the same user answered as `device`: guesses of strangers make nobody wait there.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Zeroizing<String>>,
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
    /// Tells this device to later sign-ins of the same user, and opens nothing by itself; absent after a sign-in at the
    /// identity provider.
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Zeroizing<String>>,
}

/// `GET /sessions`, newest first: a session that is not over.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSummary {
    /// Its number.
    pub id: SessionId,
    /// The network address it began from; empty when that is not known.
    pub address: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub began_at: OffsetDateTime,
    /// When it was last used, to the minute.
    #[serde(with = "time::serde::rfc3339")]
    pub seen_at: OffsetDateTime,
    /// When it ends in any case.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// `PUT /sessions/current/password`: ends every session of the user, this one too.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct ChangePassword {
    /// The present one.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Password))]
    #[serde(serialize_with = "crate::secret::expose")]
    pub present: SecretString,
    /// The one that takes its place.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Password))]
    #[serde(serialize_with = "crate::secret::expose")]
    pub password: SecretString,
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

/// What a user may do in their scope and everything below it.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, with users and the platform's settings; their scope is the root.
    PlatformAdmin,
    /// Administers a part of the tree and the users below: requests and uploads certificates, recovers keys.
    GroupAdmin,
    /// Works for the Authority: sees requests and signs or rejects them; no accounts, no keys.
    Officer,
    /// Reads reports and the audit log; no keys, changes nothing.
    Auditor,
}
