//! Reports.

use super::{Console, parse};
use crate::error::CommandError;
use crate::view::report::ReportRowView;

impl Console {
    /// *Group Certificates Active* of a scope and all below it.
    pub async fn active_certificates(
        &self,
        scope: &str,
    ) -> Result<Vec<ReportRowView>, CommandError> {
        let guid = parse(scope)?;
        let user = self.user()?;
        let rows = user.all(|page| user.active_certificates(guid, page)).await;
        let mut rows = self.answered(rows)?;
        // By where people find it; the certificate from nearest above stays first.
        rows.sort_by(|one, other| (&one.path, &one.name).cmp(&(&other.path, &other.name)));
        let now = self.now();
        Ok(rows
            .iter()
            .map(|row| ReportRowView::new(row, now))
            .collect())
    }
}
