//! What the user sets for this computer.

use std::sync::Arc;

use tauri::State;

use crate::console::Console;
use crate::error::CommandError;
use crate::settings_file::Settings;

/// What is set.
#[tauri::command]
#[specta::specta]
pub async fn settings(console: State<'_, Arc<Console>>) -> Result<Settings, CommandError> {
    Ok(console.settings())
}

/// Sets it anew.
#[tauri::command]
#[specta::specta]
pub async fn change_settings(
    console: State<'_, Arc<Console>>,
    settings: Settings,
) -> Result<Settings, CommandError> {
    console.change_settings(settings).await
}
