//! The platform and the session.

use std::sync::Arc;

use tauri::State;

use crate::console::Console;
use crate::error::CommandError;
use crate::secret_text::SecretText;
use crate::view::connection::{ConnectionView, SignInWaysView};

/// The saved platform and who is signed in.
#[tauri::command]
#[specta::specta]
pub async fn connection(console: State<'_, Arc<Console>>) -> Result<ConnectionView, CommandError> {
    console.connection()
}

/// Contacts a platform, pins its Authority root (SHA-256, 64 hex digits) and saves both.
#[tauri::command]
#[specta::specta]
pub async fn connect(
    console: State<'_, Arc<Console>>,
    address: String,
    authority: String,
) -> Result<ConnectionView, CommandError> {
    console.connect(&address, &authority).await
}

/// Signs out and forgets the saved platform; certificate folders stay.
#[tauri::command]
#[specta::specta]
pub async fn forget_connection(
    console: State<'_, Arc<Console>>,
) -> Result<ConnectionView, CommandError> {
    console.forget_connection().await
}

/// Signs in to the saved platform.
#[tauri::command]
#[specta::specta]
pub async fn sign_in(
    console: State<'_, Arc<Console>>,
    user: String,
    password: SecretText,
    code: Option<SecretText>,
) -> Result<ConnectionView, CommandError> {
    console.sign_in(user, password, code).await
}

/// How people sign in to the saved platform.
#[tauri::command]
#[specta::specta]
pub async fn sign_in_ways(
    console: State<'_, Arc<Console>>,
) -> Result<SignInWaysView, CommandError> {
    console.sign_in_ways().await
}

/// Signs in at the organisation's identity provider, in the system's browser.
#[tauri::command]
#[specta::specta]
pub async fn sign_in_with_organisation(
    console: State<'_, Arc<Console>>,
) -> Result<ConnectionView, CommandError> {
    console.sign_in_with_organisation().await
}

/// Gives up a sign-in that waits for the browser.
#[tauri::command]
#[specta::specta]
pub async fn cancel_sign_in(console: State<'_, Arc<Console>>) -> Result<(), CommandError> {
    console.cancel_sign_in();
    Ok(())
}

/// Signs out; recovered keys are forgotten.
#[tauri::command]
#[specta::specta]
pub async fn sign_out(console: State<'_, Arc<Console>>) -> Result<ConnectionView, CommandError> {
    console.sign_out().await
}

/// Locks the window: the session ends, recovered keys are forgotten, a copied secret leaves the clipboard.
#[tauri::command]
#[specta::specta]
pub async fn lock_window(console: State<'_, Arc<Console>>) -> Result<(), CommandError> {
    console.lock_window().await
}
