//! Uploaded Group Certificates.

use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use time::OffsetDateTime;

use super::{Newest, Part, Slice, StoreError};

/// An uploaded Group Certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRow {
    /// SHA-256 of `der`.
    pub fingerprint: Fingerprint,
    /// The scope in its SAN.
    pub scope: ScopeGuid,
    /// SHA-256 of its public key (SPKI DER).
    pub spki_fingerprint: Fingerprint,
    /// The certificate.
    pub der: Vec<u8>,
    /// Start of validity.
    pub not_before: OffsetDateTime,
    /// End of validity.
    pub not_after: OffsetDateTime,
    /// When it was uploaded.
    pub uploaded_at: OffsetDateTime,
    /// Who uploaded it, for people.
    pub uploaded_by: String,
    /// Whether a later upload took its place.
    pub superseded: bool,
}

/// Group Certificates; at most one for each scope is not superseded.
#[async_trait]
pub trait CertificateStore: Send + Sync {
    /// Makes a certificate the scope's active one and supersedes the one before it.
    ///
    /// Refused with `ReplacesAnother` unless `replaces` is the fingerprint of the one that is active. The active
    /// certificate itself is accepted again, whatever `replaces` says. A request for this key pair that still waits
    /// is signed now: the Authority answered it outside the platform. The act is recorded unless nothing changes.
    async fn activate(
        &self,
        certificate: &CertificateRow,
        replaces: Option<Fingerprint>,
        act: &Act,
    ) -> Result<(), StoreError>;
    /// One certificate.
    async fn certificate(
        &self,
        fingerprint: Fingerprint,
    ) -> Result<Option<CertificateRow>, StoreError>;
    /// A scope's own, newest first.
    async fn certificates_of(
        &self,
        scope: ScopeGuid,
        slice: Slice<Newest>,
    ) -> Result<Part<CertificateRow, Newest>, StoreError>;
    /// Those not superseded on the way from the root down to this scope, the root's first.
    async fn present_above(&self, scope: ScopeGuid) -> Result<Vec<CertificateRow>, StoreError>;
    /// Those not superseded that became active after the activation of this number, oldest first.
    async fn activated_after(&self, number: i64) -> Result<Vec<(i64, CertificateRow)>, StoreError>;
    /// The number of the last activation, 0 before the first. Numbers grow in the order of commits.
    async fn last_activation(&self) -> Result<i64, StoreError>;
}
