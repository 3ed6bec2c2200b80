//! Group Certificates and their upload.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::CommandError;

/// A Group Certificate.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateView {
    /// SHA-256 of its DER.
    pub fingerprint: String,
    /// SHA-256 of its public key.
    pub spki_fingerprint: String,
    /// The scope it was made for.
    pub scope: String,
    /// That scope's name.
    pub scope_name: String,
    /// Start of validity.
    pub not_before: String,
    /// End of validity.
    pub not_after: String,
    /// Whole days until then; negative when past.
    pub days_left: i32,
    /// Modulus length.
    pub key_bits: u32,
    /// Whether it captures keys; none when it is not uploaded.
    pub state: Option<CertificateStateView>,
    /// When it was uploaded.
    pub uploaded_at: Option<String>,
    /// Who uploaded it.
    pub uploaded_by: Option<String>,
    /// Whether its private key lies in this computer's Certificates directory.
    pub key_on_this_computer: bool,
}

/// Whether an uploaded certificate captures keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CertificateStateView {
    /// Captures keys.
    Active,
    /// Captures keys, at most 90 days left.
    ExpiresSoon,
    /// Recovers, captures no more.
    Expired,
    /// Recovers, captures no more.
    Revoked,
    /// Recovers, captures no more.
    Superseded,
}

/// Where a signed certificate comes from.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "from")]
pub enum CertificateSourceView {
    /// The platform holds it, under this request.
    Platform {
        /// The request's number.
        request: String,
    },
    /// A file that the admin chose.
    File {
        /// As `pick_certificate_file` answered.
        path: String,
    },
}

/// A file that the admin chose in the native dialog.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PickedFileView {
    /// Its name.
    pub name: String,
    /// Its path.
    pub path: String,
}

/// A certificate that was looked at before its upload.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InspectedCertificateView {
    /// The certificate, when it could be read at all.
    pub certificate: Option<CertificateView>,
    /// What is wrong with it for this scope; none when it can be uploaded.
    pub problem: Option<CommandError>,
    /// The active certificate that it would replace.
    pub replaces: Option<CertificateView>,
}

/// What an upload did.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UploadedView {
    /// The certificate, now active.
    pub certificate: CertificateView,
    /// Keys captured from memory.
    pub captured_now: u32,
    /// Accounts it covers.
    pub accounts: u32,
    /// Names of accounts that need one more backup.
    pub needs_backup: Vec<String>,
    /// Why the certificate could not be kept in the certificate folder, if so; the upload itself stands.
    pub not_saved: Option<CommandError>,
}
