//! The Certificates directory.

use serde::Serialize;
use specta::Type;

use super::scopes::ScopeKindView;

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
    /// `complete`, `not-signed-yet`, `key-and-certificate-dont-match`, `wrong-guid`, `damaged-file`, `newer-version`, `empty`, …
    pub code: String,
    /// The file that is meant, if one is.
    pub file: Option<String>,
}

/// What an import did.
#[derive(Debug, Clone, Serialize, Type)]
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
    "complete",
    "not-signed-yet",
    "key-and-certificate-dont-match",
    "wrong-guid",
    "damaged-file",
    "newer-version",
    "empty",
];
