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
        let rows = self.answered(user.active_certificates(guid).await)?;
        let now = self.now();
        Ok(rows
            .iter()
            .map(|row| ReportRowView::new(row, now))
            .collect())
    }
}
