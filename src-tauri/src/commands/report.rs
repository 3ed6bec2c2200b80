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

/// Saves a table as comma-separated values where the admin chooses; none when the dialog was dismissed.
#[tauri::command]
#[specta::specta]
pub async fn save_table(
    console: State<'_, Arc<Console>>,
    name: String,
    rows: Vec<Vec<String>>,
) -> Result<Option<String>, CommandError> {
    console.save_table(&name, rows).await
}
