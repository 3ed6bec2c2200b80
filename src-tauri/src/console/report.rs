//! Reports.

use super::Console;
use crate::error::CommandError;
use crate::view::report::ReportRowView;

impl Console {
    /// *Group Certificates Active* of a scope and all below it.
    pub async fn active_certificates(
        &self,
        _scope: String,
    ) -> Result<Vec<ReportRowView>, CommandError> {
        Err(CommandError::new("not-available"))
    }
}
