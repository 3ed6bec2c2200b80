//! The Certificates directory.

use std::sync::Arc;

use tauri::State;

use crate::console::Console;
use crate::error::CommandError;
use crate::view::folders::{CertificateFoldersView, ImportView};

/// What lies in the Certificates directory.
#[tauri::command]
#[specta::specta]
pub async fn certificate_folders(
    console: State<'_, Arc<Console>>,
) -> Result<CertificateFoldersView, CommandError> {
    console.certificate_folders().await
}

/// Shows the Certificates directory, or one folder in it, in the file manager.
#[tauri::command]
#[specta::specta]
pub async fn open_certificates_directory(
    console: State<'_, Arc<Console>>,
    folder: Option<String>,
) -> Result<(), CommandError> {
    console.open_certificates_directory(folder.as_deref()).await
}

/// Copies certificate folders where the admin chooses; none when the dialog was dismissed.
#[tauri::command]
#[specta::specta]
pub async fn export_folders(
    console: State<'_, Arc<Console>>,
    folders: Vec<String>,
) -> Result<Option<String>, CommandError> {
    console.export_folders(&folders).await
}

/// Imports the folder that the admin chooses; none when the dialog was dismissed.
#[tauri::command]
#[specta::specta]
pub async fn import_folders(
    console: State<'_, Arc<Console>>,
) -> Result<Option<ImportView>, CommandError> {
    console.import_folders().await
}

/// Deletes a key pair; `typed_name` must be the scope's name.
#[tauri::command]
#[specta::specta]
pub async fn delete_key_pair(
    console: State<'_, Arc<Console>>,
    folder: String,
    spki_fingerprint: String,
    typed_name: String,
) -> Result<(), CommandError> {
    console
        .delete_key_pair(&folder, &spki_fingerprint, typed_name)
        .await
}
