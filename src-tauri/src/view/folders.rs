//! The Certificates directory.

use keyfold_keystore::{FolderReport, FolderTransfer, KeyPairOutcome, KeyPairReport, Verdict};
use serde::Serialize;
use specta::Type;

use super::names::shown;
use super::rfc3339;
use super::scopes::ScopeKindView;
use crate::console::scope_names::ScopeNames;

/// The Certificates directory.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateFoldersView {
    /// Where it is.
    pub path: String,
    /// What is in it.
    pub folders: Vec<CertificateFolderView>,
}

/// One certificate folder with its verdict.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateFolderView {
    /// The folder's name, a scope GUID when all is well.
    pub folder: String,
    /// The scope's name: as the platform has it now, else as when requested.
    pub name: Option<String>,
    /// Collection or Group.
    pub kind: Option<ScopeKindView>,
    /// Names from the root down to its parent.
    pub path: Vec<String>,
    /// The key pairs in it, newest first.
    pub key_pairs: Vec<KeyPairView>,
    /// What the check on arrival said.
    pub verdict: VerdictView,
}

/// One key pair of a certificate folder.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyPairView {
    /// SHA-256 of its public key.
    pub spki_fingerprint: Option<String>,
    /// The day it was made, `yyyy-mm-dd`.
    pub created: Option<String>,
    /// End of validity of its certificate, once signed.
    pub not_after: Option<String>,
    /// Who can open it.
    pub holders: Vec<String>,
    /// What the check said.
    pub verdict: VerdictView,
}

/// What the check of a folder or key pair said; the UI owns the words of each code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VerdictView {
    /// One of the exported `verdictCodes`.
    pub code: String,
    /// The file that is meant, if one is.
    pub file: Option<String>,
}

/// What an import did.
#[derive(Debug, Clone, Default, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportView {
    /// Folders that are complete here now.
    pub imported: Vec<String>,
    /// Folders that were there already, equal.
    pub unchanged: Vec<String>,
    /// Folders that were refused, with the reason.
    pub refused: Vec<RefusedFolderView>,
}

/// A folder that was not imported.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RefusedFolderView {
    /// The folder's name.
    pub folder: String,
    /// Why.
    pub verdict: VerdictView,
}

/// Every code that a [`VerdictView`] can carry; exported to the UI as `verdictCodes`.
pub const VERDICT_CODES: &[&str] = &[
    "folder-complete",
    "folder-not-signed-yet",
    "folder-empty",
    "folder-not-a-scope",
    "folder-key-and-certificate-dont-match",
    "folder-wrong-guid",
    "folder-file-missing",
    "folder-damaged",
    "folder-newer-version",
    "folder-unreadable",
];

impl CertificateFolderView {
    /// The folder, with the names that scopes have now where the platform gives them.
    #[must_use]
    pub fn new(report: &FolderReport, scopes: &ScopeNames) -> Self {
        let record = report.record.as_ref();
        let now = report.scope.and_then(|scope| scopes.scope(scope));
        Self {
            folder: report.folder_name.clone(),
            name: now
                .map(|scope| &scope.name)
                .or(record.map(|record| &record.name))
                .map(|name| shown(name)),
            kind: now
                .map(|scope| scope.kind)
                .or(record.map(|record| record.kind))
                .map(Into::into),
            path: match now {
                Some(scope) => scopes.path(scope.guid),
                None => record.map(|record| record.path.clone()).unwrap_or_default(),
            }
            .iter()
            .map(|name| shown(name))
            .collect(),
            key_pairs: report.key_pairs.iter().map(KeyPairView::from).collect(),
            verdict: (&report.verdict).into(),
        }
    }
}

impl From<&KeyPairReport> for KeyPairView {
    fn from(report: &KeyPairReport) -> Self {
        Self {
            spki_fingerprint: report
                .spki_fingerprint
                .map(|fingerprint| fingerprint.to_string()),
            created: report.created.map(|day| day.to_string()),
            not_after: report
                .certificate
                .as_ref()
                .map(|certificate| rfc3339(certificate.not_after())),
            holders: report.slots.clone(),
            verdict: (&report.verdict).into(),
        }
    }
}

impl From<&Verdict> for VerdictView {
    fn from(verdict: &Verdict) -> Self {
        let file = match verdict {
            Verdict::WrongGuid { file, .. }
            | Verdict::Missing { file }
            | Verdict::Damaged { file }
            | Verdict::NewerVersion { file }
            | Verdict::Unreadable { file } => Some(file.clone()),
            Verdict::Complete
            | Verdict::NotSignedYet
            | Verdict::Empty
            | Verdict::NotAScopeFolder
            | Verdict::KeyAndCertificateDontMatch => None,
        };
        Self {
            code: verdict.code().to_owned(),
            file,
        }
    }
}

impl ImportView {
    /// Sorts one folder in: refused when any of it was, imported when anything is new here.
    pub fn take(&mut self, transfer: FolderTransfer) {
        let FolderTransfer {
            folder_name: folder,
            key_pairs,
            refused,
            ..
        } = transfer;
        let mut refusals = key_pairs.iter().filter_map(|(_, outcome)| match outcome {
            KeyPairOutcome::Refused(verdict) => Some(verdict),
            _ => None,
        });
        if let Some(verdict) = refused.as_ref().or_else(|| refusals.next()) {
            self.refused.push(RefusedFolderView {
                folder,
                verdict: verdict.into(),
            });
        } else if key_pairs
            .iter()
            .all(|(_, outcome)| *outcome == KeyPairOutcome::AlreadyThere)
        {
            self.unchanged.push(folder);
        } else {
            self.imported.push(folder);
        }
    }

    /// Adds what another import did.
    pub fn extend(&mut self, other: Self) {
        self.imported.extend(other.imported);
        self.unchanged.extend(other.unchanged);
        self.refused.extend(other.refused);
    }
}
