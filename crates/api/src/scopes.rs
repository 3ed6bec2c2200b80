//! The tree of Collections and Groups: `GET|POST /scopes`, `GET|PATCH|DELETE /scopes/{guid}`, `GET /scopes/{guid}/children`,
//! `GET /scopes/{guid}/coverage`, `GET /scopes/{guid}/reports/group-certificates-active`, `GET /platform`.

use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, ScopeGuid, ScopeKind};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::certificates::CertificateState;

/// `GET /platform`, without signing in: who this AccountServer is and whom it trusts.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Platform {
    /// The platform's name for people.
    pub name: String,
    /// The Authority's root certificate, PEM.
    pub authority_root: String,
    /// Intermediate certificates between root and Group Certificates, PEM each.
    pub intermediates: Vec<String>,
    /// The Authority's present certificate revocation list, PEM.
    pub revocation_list: String,
    /// Whether people can sign in at an identity provider: `POST /oidc/sign-ins`.
    #[serde(default)]
    pub identity_provider: bool,
}

/// A Collection or a Group as `GET /scopes` lists it (all that the user may see, parents before children), and as
/// `GET /scopes/{guid}/children` does (what lies directly in it, by name).
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Stays the same through renames and moves.
    pub guid: ScopeGuid,
    /// Collection or Group.
    pub kind: ScopeKind,
    /// The name for people; proves nothing.
    pub name: String,
    /// The Collection it lies in; none for the platform's root.
    pub parent: Option<ScopeGuid>,
    /// How many accounts lie in it, at any depth.
    pub accounts: u32,
    /// Whether scopes lie in it.
    pub has_children: bool,
    /// The state of its own Group Certificate.
    pub state: ScopeState,
    /// When its active certificate expires.
    #[serde(with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
}

/// What the badge on a scope says about its own certificate.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeState {
    /// No request and no certificate of its own.
    None,
    /// A request waits for the Authority.
    Requested,
    /// Signed, and not uploaded yet.
    SignedNotUploaded,
    /// Captures keys.
    Active,
    /// Active, with at most 90 days left.
    ExpiresSoon,
    /// Past its validity: captures no more.
    Expired,
    /// Revoked by the Authority: captures no more.
    Revoked,
}

/// `POST /scopes`, answered with the new [`Scope`].
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewScope {
    /// Collection or Group.
    pub kind: ScopeKind,
    /// 1 to 200 characters.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 200))]
    pub name: String,
    /// A Collection.
    pub parent: ScopeGuid,
}

/// `PATCH /scopes/{guid}`, `PATCH /accounts/{id}`: what is absent stays.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Change {
    /// The new name.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 200))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where to move it: a Collection for a scope, a Group for an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ScopeGuid>,
}

/// `GET /scopes/{guid}/coverage`: if a machine below this scope were lost now.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Accounts whose present key is captured to a certificate on their way to the root.
    pub captured: u32,
    /// Accounts whose key is in memory and will be captured when a certificate is uploaded.
    pub in_memory: u32,
    /// Accounts that backed up before, and whose key is neither captured nor in memory.
    pub needs_backup: u32,
    /// Accounts that never backed up.
    pub never: u32,
}

/// One row of *Group Certificates Active*: a Group, and a certificate that captures its keys. Parents before children, the
/// certificate from nearest above first.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveCertificateRow {
    /// The Group (or Collection) that is protected.
    pub scope: ScopeGuid,
    /// Its name.
    pub name: String,
    /// Names from the root down to its parent.
    pub path: Vec<String>,
    /// Collection or Group.
    pub kind: ScopeKind,
    /// The certificate.
    pub certificate: Fingerprint,
    /// The scope the certificate was made for: itself or one above.
    pub from_scope: ScopeGuid,
    /// That scope's name.
    pub from_name: String,
    /// Start of validity.
    #[serde(with = "time::serde::rfc3339")]
    pub not_before: OffsetDateTime,
    /// End of validity.
    #[serde(with = "time::serde::rfc3339")]
    pub not_after: OffsetDateTime,
    /// Active, expires soon.
    pub state: CertificateState,
}

/// An account that an answer names.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedAccount {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
}
