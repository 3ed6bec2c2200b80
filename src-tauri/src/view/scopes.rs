//! The tree of Collections and Groups.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::certificates::CertificateView;
use super::requests::RequestView;

/// A node of the tree.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ScopeView {
    /// Its GUID.
    pub guid: String,
    /// Collection or Group.
    pub kind: ScopeKindView,
    /// Its name.
    pub name: String,
    /// The Collection it lies in, when the user may see it.
    pub parent: Option<String>,
    /// Accounts at any depth.
    pub accounts: u32,
    /// The badge.
    pub state: ScopeStateView,
    /// When its active certificate expires.
    pub expires_at: Option<String>,
    /// Whole days until then; negative when past.
    pub days_left: Option<i32>,
}

/// Collection or Group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ScopeKindView {
    /// Holds Collections and Groups.
    Collection,
    /// Holds Accounts.
    Group,
}

/// The badge on a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ScopeStateView {
    /// No certificate of its own.
    None,
    /// A request waits for the Authority.
    Requested,
    /// Signed, not uploaded.
    SignedNotUploaded,
    /// Captures keys.
    Active,
    /// At most 90 days left.
    ExpiresSoon,
    /// Captures no more.
    Expired,
    /// Captures no more.
    Revoked,
}

/// Everything the page of one scope shows beside its accounts.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ScopeDetailView {
    /// If a machine were lost now.
    pub coverage: CoverageView,
    /// Its own certificates, newest first.
    pub certificates: Vec<CertificateView>,
    /// Active certificates of the Collections above, nearest first.
    pub inherited: Vec<CertificateView>,
    /// Its requests, newest first.
    pub requests: Vec<RequestView>,
}

/// If a machine were lost now: how many accounts are in which state.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CoverageView {
    /// Recoverable.
    pub captured: u32,
    /// In the key cache only.
    pub in_memory: u32,
    /// Needs one more backup.
    pub needs_backup: u32,
    /// Never backed up.
    pub never: u32,
}
