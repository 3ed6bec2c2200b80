//! The tree of Collections and Groups.

use keyfold_api::scopes::{Coverage, Scope, ScopeState};
use keyfold_core::id::ScopeKind;
use serde::{Deserialize, Serialize};
use specta::Type;
use time::OffsetDateTime;

use super::certificates::CertificateView;
use super::names::shown;
use super::requests::RequestView;
use super::{days_left, rfc3339};

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

impl ScopeView {
    /// The scope as it stands at `now`.
    #[must_use]
    pub fn new(scope: &Scope, now: OffsetDateTime) -> Self {
        Self {
            guid: scope.guid.to_string(),
            kind: scope.kind.into(),
            name: shown(&scope.name),
            parent: scope.parent.map(|parent| parent.to_string()),
            accounts: scope.accounts,
            state: scope.state.into(),
            expires_at: scope.expires_at.map(rfc3339),
            days_left: scope.expires_at.map(|end| days_left(end, now)),
        }
    }
}

impl From<ScopeKind> for ScopeKindView {
    fn from(kind: ScopeKind) -> Self {
        match kind {
            ScopeKind::Collection => Self::Collection,
            ScopeKind::Group => Self::Group,
        }
    }
}

impl From<ScopeKindView> for ScopeKind {
    fn from(kind: ScopeKindView) -> Self {
        match kind {
            ScopeKindView::Collection => Self::Collection,
            ScopeKindView::Group => Self::Group,
        }
    }
}

impl From<ScopeState> for ScopeStateView {
    fn from(state: ScopeState) -> Self {
        match state {
            ScopeState::None => Self::None,
            ScopeState::Requested => Self::Requested,
            ScopeState::SignedNotUploaded => Self::SignedNotUploaded,
            ScopeState::Active => Self::Active,
            ScopeState::ExpiresSoon => Self::ExpiresSoon,
            ScopeState::Expired => Self::Expired,
            ScopeState::Revoked => Self::Revoked,
        }
    }
}

impl From<Coverage> for CoverageView {
    fn from(coverage: Coverage) -> Self {
        Self {
            captured: coverage.captured,
            in_memory: coverage.in_memory,
            needs_backup: coverage.needs_backup,
            never: coverage.never,
        }
    }
}
