//! Reports.

use std::sync::Arc;

use tauri::State;

use crate::console::Console;
use crate::error::CommandError;
use crate::view::report::ReportRowView;

/// *Group Certificates Active* of a scope and all below it.
#[tauri::command]
#[specta::specta]
pub async fn active_certificates(
    console: State<'_, Arc<Console>>,
    scope: String,
) -> Result<Vec<ReportRowView>, CommandError> {
    console.active_certificates(&scope).await
}
