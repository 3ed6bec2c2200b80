//! Reports.

use std::sync::Arc;

use super::{Console, blocking, parse};
use crate::csv;
use crate::error::{CommandError, codes};
use crate::files::write_atomically;
use crate::view::report::ReportRowView;

/// Characters of a suggested file name.
const LONGEST_NAME: usize = 80;

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

    /// Saves a table as comma-separated values where the admin chooses; none when the dialog was dismissed.
    pub async fn save_table(
        &self,
        name: &str,
        rows: Vec<Vec<String>>,
    ) -> Result<Option<String>, CommandError> {
        let plain = |character: &char| character.is_alphanumeric() || " -_".contains(*character);
        let name: String = name.chars().filter(plain).take(LONGEST_NAME).collect();
        let desktop = Arc::clone(&self.desktop);
        blocking(move || {
            let Some(file) = desktop.pick_destination(&format!("{name}.csv")) else {
                return Ok(None);
            };
            write_atomically(&file, csv::write(&rows).as_bytes()).map_err(|error| {
                CommandError::because(codes::FILE_NOT_WRITTEN, &error).with("path", file.display())
            })?;
            Ok(Some(file.display().to_string()))
        })
        .await?
    }
}
