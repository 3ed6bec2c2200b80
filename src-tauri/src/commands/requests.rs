//! Requests for Group Certificates.

use std::sync::Arc;

use tauri::State;
use tauri::ipc::Channel;

use crate::console::Console;
use crate::error::CommandError;
use crate::secret_text::SecretText;
use crate::view::requests::{
    KeySizeView, PassphraseStrengthView, RequestProgressView, RequestView, RequestedView,
};

/// How strong a passphrase is; nothing of it is kept.
#[tauri::command]
#[specta::specta]
pub async fn passphrase_strength(
    console: State<'_, Arc<Console>>,
    passphrase: SecretText,
    scope_name: String,
) -> Result<PassphraseStrengthView, CommandError> {
    console.passphrase_strength(passphrase, scope_name).await
}

/// Makes a key pair, seals it into the scope's certificate folder and submits its request.
#[tauri::command]
#[specta::specta]
pub async fn request_certificate(
    console: State<'_, Arc<Console>>,
    scope: String,
    key_size: KeySizeView,
    passphrase: SecretText,
    on_progress: Channel<RequestProgressView>,
) -> Result<RequestedView, CommandError> {
    // Progress is for the eyes only: a window that does not listen is no failure.
    let progress = move |step| on_progress.send(step).unwrap_or_default();
    console
        .request_certificate(&scope, key_size, passphrase, progress)
        .await
}

/// Stops the key pair that is being made; `request_certificate` then fails with `cancelled`.
#[tauri::command]
#[specta::specta]
pub async fn cancel_request(console: State<'_, Arc<Console>>) -> Result<(), CommandError> {
    console.cancel_request();
    Ok(())
}

/// Submits a saved request again, after `not_submitted`.
#[tauri::command]
#[specta::specta]
pub async fn submit_request(
    console: State<'_, Arc<Console>>,
    scope: String,
    spki_fingerprint: String,
) -> Result<RequestView, CommandError> {
    console.submit_request(&scope, &spki_fingerprint).await
}

/// Saves a copy of a request where the admin chooses; none when the dialog was dismissed.
#[tauri::command]
#[specta::specta]
pub async fn save_request_copy(
    console: State<'_, Arc<Console>>,
    scope: String,
    spki_fingerprint: String,
) -> Result<Option<String>, CommandError> {
    console.save_request_copy(&scope, &spki_fingerprint).await
}
