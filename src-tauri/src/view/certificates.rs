//! Group Certificates and their upload.

use std::collections::HashSet;

use keyfold_api::certificates::{
    CaptureProgress, CaptureState, CertificateState, UploadedCertificate,
};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::group_certificate::GroupCertificate;
use serde::{Deserialize, Serialize};
use specta::Type;
use time::OffsetDateTime;

use super::names::shown;
use super::{days_left, rfc3339};
use crate::console::scope_names::ScopeNames;
use crate::error::{CommandError, codes};

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
    /// What the admin should know before uploading it all the same: `private-key-not-here`.
    pub warning: Option<CommandError>,
    /// The active certificate that it would replace.
    pub replaces: Option<CertificateView>,
}

/// What an upload did.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UploadedView {
    /// The certificate, now active.
    pub certificate: CertificateView,
    /// Keys captured from memory so far.
    pub captured_now: u32,
    /// How far capturing has come: a long one goes on.
    pub capture: CaptureProgressView,
    /// Accounts it covers.
    pub accounts: u32,
    /// Names of accounts that need one more backup.
    pub needs_backup: Vec<String>,
    /// Why the certificate could not be kept in the certificate folder, if so; the upload itself stands.
    pub not_saved: Option<CommandError>,
}

/// How far the capture after an upload has come.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaptureProgressView {
    /// Whether it goes on.
    pub state: CaptureStateView,
    /// Keys that were looked at.
    pub done: u32,
    /// Keys in the platform's memory that are to be looked at.
    pub total: u32,
    /// Keys that were captured.
    pub captured: u32,
}

/// Whether the platform captures the keys in its memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CaptureStateView {
    /// Not yet.
    NotRun,
    /// Right now.
    Running,
    /// It did.
    Done,
    /// It could not.
    Failed,
}

/// What a certificate is shown against: the names of now, the key pairs on this computer, the clock.
#[derive(Clone, Copy)]
pub struct CertificateContext<'a> {
    /// The scopes that the user may see.
    pub scopes: &'a ScopeNames,
    /// Public keys of the key pairs on this computer.
    pub local_keys: &'a HashSet<Fingerprint>,
    /// The clock.
    pub now: OffsetDateTime,
}

impl CertificateView {
    /// A certificate that is not uploaded.
    #[must_use]
    pub fn new(certificate: &GroupCertificate, context: CertificateContext<'_>) -> Self {
        let spki_fingerprint = certificate.spki_fingerprint();
        Self {
            fingerprint: certificate.fingerprint().to_string(),
            spki_fingerprint: spki_fingerprint.to_string(),
            scope: certificate.scope().to_string(),
            scope_name: shown(&context.scopes.name(certificate.scope())),
            not_before: rfc3339(certificate.not_before()),
            not_after: rfc3339(certificate.not_after()),
            days_left: days_left(certificate.not_after(), context.now),
            key_bits: certificate.key_bits(),
            state: None,
            uploaded_at: None,
            uploaded_by: None,
            key_on_this_computer: context.local_keys.contains(&spki_fingerprint),
        }
    }

    /// A certificate that the platform lists: all that the certificate itself says is read from it, not believed.
    pub fn uploaded(
        listed: &UploadedCertificate,
        context: CertificateContext<'_>,
    ) -> Result<Self, CommandError> {
        let certificate = GroupCertificate::from_pem(listed.certificate.as_bytes())
            .map_err(|error| CommandError::because(codes::CERTIFICATE_UNREADABLE, &error))?;
        if certificate.fingerprint() != listed.fingerprint || certificate.scope() != listed.scope {
            return Err(CommandError::new(codes::PLATFORM_CONTRADICTS_ITSELF)
                .with("what", listed.fingerprint));
        }
        Ok(Self {
            state: Some(listed.state.into()),
            uploaded_at: Some(rfc3339(listed.uploaded_at)),
            uploaded_by: Some(shown(&listed.uploaded_by)),
            ..Self::new(&certificate, context)
        })
    }
}

impl From<CertificateState> for CertificateStateView {
    fn from(state: CertificateState) -> Self {
        match state {
            CertificateState::Active => Self::Active,
            CertificateState::ExpiresSoon => Self::ExpiresSoon,
            CertificateState::Expired => Self::Expired,
            CertificateState::Revoked => Self::Revoked,
            CertificateState::Superseded => Self::Superseded,
        }
    }
}

impl From<CaptureProgress> for CaptureProgressView {
    fn from(progress: CaptureProgress) -> Self {
        Self {
            state: match progress.state {
                CaptureState::NotRun => CaptureStateView::NotRun,
                CaptureState::Running => CaptureStateView::Running,
                CaptureState::Done => CaptureStateView::Done,
                CaptureState::Failed => CaptureStateView::Failed,
            },
            done: progress.done,
            total: progress.total,
            captured: progress.captured,
        }
    }
}
