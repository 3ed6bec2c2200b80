//! One's own second factor.

use std::sync::Arc;

use tauri::State;

use crate::console::Console;
use crate::error::CommandError;
use crate::secret_text::SecretText;
use crate::view::second_factor::{NewSecondFactorView, RecoveryCodesView, SecondFactorView};

/// Whether the user has a second factor.
#[tauri::command]
#[specta::specta]
pub async fn second_factor(
    console: State<'_, Arc<Console>>,
) -> Result<SecondFactorView, CommandError> {
    console.second_factor().await
}

/// Makes a second factor, which is used once a code of it was told.
#[tauri::command]
#[specta::specta]
pub async fn begin_second_factor(
    console: State<'_, Arc<Console>>,
    password: Option<SecretText>,
    code: Option<SecretText>,
) -> Result<NewSecondFactorView, CommandError> {
    console.begin_second_factor(password, code).await
}

/// Takes the new second factor into use.
#[tauri::command]
#[specta::specta]
pub async fn confirm_second_factor(
    console: State<'_, Arc<Console>>,
    code: SecretText,
) -> Result<RecoveryCodesView, CommandError> {
    console.confirm_second_factor(code).await
}

/// Prints what the window shows.
#[tauri::command]
#[specta::specta]
pub async fn print_window(console: State<'_, Arc<Console>>) -> Result<(), CommandError> {
    console.print_window().await
}
