//! Requests for Group Certificates.

use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_api::requests::{RequestId, RequestState};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use time::OffsetDateTime;

use super::{Newest, Part, Slice, StoreError};

/// A submitted request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Its number.
    pub id: RequestId,
    /// The scope it asks for.
    pub scope: ScopeGuid,
    /// Sign-in name of who submitted it.
    pub requester: String,
    /// Their name for people, then.
    pub requester_name: String,
    /// When.
    pub submitted_at: OffsetDateTime,
    /// SHA-256 of the public key (SPKI DER).
    pub spki_fingerprint: Fingerprint,
    /// PKCS#10, PEM.
    pub request: String,
    /// Where it stands.
    pub state: RequestState,
}

/// Requests.
#[async_trait]
pub trait RequestStore: Send + Sync {
    /// Adds a waiting request; one that waits or is signed and not uploaded for the same scope is replaced.
    async fn insert_request(&self, request: &RequestRow, act: &Act) -> Result<(), StoreError>;
    /// One request.
    async fn request(&self, id: RequestId) -> Result<Option<RequestRow>, StoreError>;
    /// Requests for this scope and everything below it, newest first.
    async fn requests_below(
        &self,
        top: ScopeGuid,
        slice: Slice<Newest>,
    ) -> Result<Part<RequestRow, Newest>, StoreError>;
    /// Hands the signed certificate (PEM) over; refused with `NotWaiting`.
    async fn sign_request(
        &self,
        id: RequestId,
        certificate: &str,
        fingerprint: Fingerprint,
        act: &Act,
    ) -> Result<(), StoreError>;
    /// Rejects it; refused with `NotWaiting`.
    async fn reject_request(
        &self,
        id: RequestId,
        reason: &str,
        act: &Act,
    ) -> Result<(), StoreError>;
}
