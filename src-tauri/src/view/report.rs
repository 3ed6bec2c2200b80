//! *Group Certificates Active*.

use serde::Serialize;
use specta::Type;

use super::certificates::CertificateStateView;
use super::scopes::ScopeKindView;

/// One row of *Group Certificates Active*.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReportRowView {
    /// The Group or Collection.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// Names from the root down to its parent.
    pub path: Vec<String>,
    /// Collection or Group.
    pub kind: ScopeKindView,
    /// The certificate.
    pub certificate: String,
    /// The scope the certificate was made for.
    pub from_scope: String,
    /// That scope's name.
    pub from_name: String,
    /// Start of validity.
    pub not_before: String,
    /// End of validity.
    pub not_after: String,
    /// Whole days until then.
    pub days_left: i32,
    /// Whether it captures keys.
    pub state: CertificateStateView,
}
