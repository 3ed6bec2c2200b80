//! *Group Certificates Active*.

use keyfold_api::scopes::ActiveCertificateRow;
use serde::Serialize;
use specta::Type;
use time::OffsetDateTime;

use super::certificates::CertificateStateView;
use super::names::shown;
use super::scopes::ScopeKindView;
use super::{days_left, rfc3339};

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

impl ReportRowView {
    /// The row as it stands at `now`.
    #[must_use]
    pub fn new(row: &ActiveCertificateRow, now: OffsetDateTime) -> Self {
        Self {
            scope: row.scope.to_string(),
            name: shown(&row.name),
            path: row.path.iter().map(|name| shown(name)).collect(),
            kind: row.kind.into(),
            certificate: row.certificate.to_string(),
            from_scope: row.from_scope.to_string(),
            from_name: shown(&row.from_name),
            not_before: rfc3339(row.not_before),
            not_after: rfc3339(row.not_after),
            days_left: days_left(row.not_after, now),
            state: row.state.into(),
        }
    }
}
