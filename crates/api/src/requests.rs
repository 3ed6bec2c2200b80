//! Requests for Group Certificates: `GET|POST /requests`, `GET /requests/{id}`, `POST /requests/{id}/signature`,
//! `POST /requests/{id}/rejection`.

use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

keyfold_core::uuid_newtype!(RequestId, "A submitted request for a Group Certificate.");

/// `POST /requests` by an admin of the scope, answered with [`Request`].
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SubmitRequest {
    /// PKCS#10, PEM; its SAN names the scope.
    pub request: String,
}

/// A request as admins of its scope and officers see it.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its number.
    pub id: RequestId,
    /// The scope it asks for.
    pub scope: ScopeGuid,
    /// That scope's name now.
    pub scope_name: String,
    /// Names from the root down to the scope's parent.
    pub path: Vec<String>,
    /// Who submitted it (sign-in name).
    pub requester: String,
    /// Who submitted it, for people.
    pub requester_name: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub submitted_at: OffsetDateTime,
    /// SHA-256 of the public key (SPKI DER): what requester and officer compare.
    pub spki_fingerprint: Fingerprint,
    /// PKCS#10, PEM.
    pub request: String,
    /// Where it stands.
    pub state: RequestState,
}

/// Where a request stands.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RequestState {
    /// The Authority has not decided.
    Waiting,
    /// Signed: the certificate waits to be uploaded, or was.
    Signed {
        /// The Group Certificate, PEM.
        certificate: String,
        /// Whether it was uploaded.
        uploaded: bool,
    },
    /// Rejected by the Authority.
    Rejected {
        /// The officer's words.
        reason: String,
    },
    /// A later request for the same scope took its place.
    Replaced,
}

/// `POST /requests/{id}/signature` by an officer: hands the signed certificate over. Answered with [`Request`].
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignRequest {
    /// The Group Certificate, PEM.
    pub certificate: String,
}

/// `POST /requests/{id}/rejection` by an officer. Answered with [`Request`].
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RejectRequest {
    /// What the requester reads.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 1000))]
    pub reason: String,
}
