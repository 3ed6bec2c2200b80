//! Uploaded Group Certificates: `GET|POST /scopes/{guid}/certificates`.

use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::scopes::NamedAccount;

/// A Group Certificate that was uploaded for a scope, newest first in lists.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadedCertificate {
    /// SHA-256 of the certificate's DER.
    pub fingerprint: Fingerprint,
    /// The scope in its SAN.
    pub scope: ScopeGuid,
    /// SHA-256 of its public key (SPKI DER): names the certificate folder's key pair.
    pub spki_fingerprint: Fingerprint,
    /// The certificate, PEM.
    pub certificate: String,
    /// Start of validity.
    #[serde(with = "time::serde::rfc3339")]
    pub not_before: OffsetDateTime,
    /// End of validity.
    #[serde(with = "time::serde::rfc3339")]
    pub not_after: OffsetDateTime,
    /// When it was uploaded.
    #[serde(with = "time::serde::rfc3339")]
    pub uploaded_at: OffsetDateTime,
    /// Who uploaded it, for people.
    pub uploaded_by: String,
    /// Whether it captures keys.
    pub state: CertificateState,
}

/// Whether an uploaded certificate captures keys.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateState {
    /// Captures keys.
    Active,
    /// Captures keys, with at most 90 days left.
    ExpiresSoon,
    /// Past its validity: recovers, captures no more.
    Expired,
    /// Revoked by the Authority: recovers, captures no more.
    Revoked,
    /// A later upload took its place: recovers, captures no more.
    Superseded,
}

impl CertificateState {
    /// Whether keys are captured to a certificate in this state.
    #[must_use]
    pub fn captures(self) -> bool {
        matches!(self, Self::Active | Self::ExpiresSoon)
    }
}

/// `POST /scopes/{guid}/certificates`, answered with [`Uploaded`].
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UploadCertificate {
    /// The Group Certificate, PEM.
    pub certificate: String,
    /// The active certificate that the admin was told this one replaces; the upload is refused with
    /// `certificate-replaces-another` when it is not the one that is active.
    pub replaces: Option<Fingerprint>,
}

/// `GET /scopes/{guid}/certificates/{fingerprint}/capture`: how far the AccountServer has come with capturing the keys
/// that were in its memory when the certificate was uploaded. Each AccountServer says it of its own memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CaptureProgress {
    /// Whether it goes on.
    pub state: CaptureState,
    /// Keys that were looked at: captured, or gone from memory meanwhile.
    pub done: u32,
    /// Keys in memory that the certificate covers and that were not captured to it. Grows when more come meanwhile.
    pub total: u32,
    /// How many were captured.
    pub captured: u32,
}

/// Whether an AccountServer captures what is in its memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CaptureState {
    /// Not since it was started.
    #[default]
    NotRun,
    /// It does, right now.
    Running,
    /// It did.
    Done,
    /// It could not; the log says why. Upload the certificate again.
    Failed,
}

/// What an upload did at once.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Uploaded {
    /// The certificate, now active.
    pub certificate: UploadedCertificate,
    /// How many keys were captured from memory so far.
    pub captured_now: u32,
    /// How far capturing has come: a long one goes on after this answer.
    pub capture: CaptureProgress,
    /// How many accounts the certificate covers.
    pub accounts: u32,
    /// Accounts whose key was not in memory: each needs one more backup.
    pub needs_backup: Vec<NamedAccount>,
}
