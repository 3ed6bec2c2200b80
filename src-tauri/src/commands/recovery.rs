//! Recovery of encryption keys.

use std::sync::Arc;

use tauri::State;

use crate::console::Console;
use crate::error::CommandError;
use crate::secret_text::{RevealedText, SecretText};
use crate::view::recovery::{CapturedFileView, CapturedKeyView, RecoveredView};

/// An account's captured keys, newest first.
#[tauri::command]
#[specta::specta]
pub async fn captured_keys(
    console: State<'_, Arc<Console>>,
    account: String,
) -> Result<Vec<CapturedKeyView>, CommandError> {
    console.captured_keys(&account).await
}

/// Records the reason, fetches, verifies and opens a captured key; its secrets stay here under a handle.
#[tauri::command]
#[specta::specta]
pub async fn recover_key(
    console: State<'_, Arc<Console>>,
    captured_key: String,
    reason: String,
    passphrase: SecretText,
    code: Option<SecretText>,
) -> Result<RecoveredView, CommandError> {
    console
        .recover_key(&captured_key, &reason, passphrase, code)
        .await
}

/// Records the reason, fetches a captured key and saves it, encrypted as it is; none when the dialog was dismissed.
#[tauri::command]
#[specta::specta]
pub async fn save_captured_key(
    console: State<'_, Arc<Console>>,
    captured_key: String,
    reason: String,
    code: Option<SecretText>,
) -> Result<Option<String>, CommandError> {
    console
        .save_captured_key(&captured_key, &reason, code)
        .await
}

/// Lets the admin choose a captured key's file; none when the dialog was dismissed.
#[tauri::command]
#[specta::specta]
pub async fn pick_captured_key(
    console: State<'_, Arc<Console>>,
) -> Result<Option<CapturedFileView>, CommandError> {
    console.pick_captured_key().await
}

/// Opens the captured key whose file was chosen last; its secrets stay here under a handle.
#[tauri::command]
#[specta::specta]
pub async fn open_captured_key(
    console: State<'_, Arc<Console>>,
    passphrase: SecretText,
) -> Result<RecoveredView, CommandError> {
    console.open_captured_key(passphrase).await
}

/// One secret of a recovered key, for the screen.
#[tauri::command]
#[specta::specta]
pub async fn reveal_secret(
    console: State<'_, Arc<Console>>,
    handle: u32,
    name: String,
) -> Result<RevealedText, CommandError> {
    console.reveal_secret(handle, &name)
}

/// Copies one secret; answers the seconds until the clipboard is cleared.
#[tauri::command]
#[specta::specta]
pub async fn copy_secret(
    console: State<'_, Arc<Console>>,
    handle: u32,
    name: String,
) -> Result<u32, CommandError> {
    console.copy_secret(handle, &name).await
}

/// Saves one secret where the admin chooses; none when the dialog was dismissed.
#[tauri::command]
#[specta::specta]
pub async fn save_secret(
    console: State<'_, Arc<Console>>,
    handle: u32,
    name: String,
) -> Result<Option<String>, CommandError> {
    console.save_secret(handle, name).await
}

/// Forgets a recovered key at once.
#[tauri::command]
#[specta::specta]
pub async fn forget_recovered_key(
    console: State<'_, Arc<Console>>,
    handle: u32,
) -> Result<(), CommandError> {
    console.forget_recovered_key(handle);
    Ok(())
}
