//! End-to-end capture: `PUT /agent/end-to-end`, `GET /agent/certificates`. The Agent encrypts the account's key itself, and
//! sends it encrypted with the end of a backup ([`EndBackup`](crate::agents::EndBackup)).

use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// `PUT /agent/end-to-end`: whether the Agent keeps its key from the AccountServer, which then takes none from it.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChooseEndToEnd {
    /// Whether it does.
    pub on: bool,
}

/// `GET /agent/certificates`: what an Agent needs to encrypt its key itself. It believes none of this before it has checked
/// it against the Authority that it pinned.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CertificatesAbove {
    /// The Authority's root certificate, PEM.
    pub authority_root: String,
    /// Certificates between root and Group Certificates, PEM each.
    pub intermediates: Vec<String>,
    /// The Authority's present certificate revocation list, PEM.
    pub revocation_list: String,
    /// The AccountServer's time: the time of capture of what is encrypted now.
    #[serde(with = "time::serde::rfc3339")]
    pub now: OffsetDateTime,
    /// Certificates, not superseded, on the account's way to the root.
    pub certificates: Vec<CertificateAbove>,
}

/// The certificate of one scope on an account's way to the root.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CertificateAbove {
    /// The scope.
    pub scope: ScopeGuid,
    /// Its name now; proves nothing.
    pub scope_name: String,
    /// The Group Certificate, PEM.
    pub certificate: String,
}

/// A key that its Agent encrypted to one Group Certificate.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnvelopedKey {
    /// The certificate.
    pub certificate: Fingerprint,
    /// The time of capture in the record inside, which the AccountServer's signature repeats.
    #[serde(with = "time::serde::rfc3339")]
    pub captured_at: OffsetDateTime,
    /// The inner ContentInfo of a captured key (docs/FORMATS.md), DER, base64.
    pub envelope: String,
}
