//! Accounts.

use std::sync::Arc;

use tauri::State;

use crate::console::Console;
use crate::error::CommandError;
use crate::view::accounts::{AccountView, EnrolmentView};

/// Accounts at any depth below a scope.
#[tauri::command]
#[specta::specta]
pub async fn accounts(
    console: State<'_, Arc<Console>>,
    scope: String,
) -> Result<Vec<AccountView>, CommandError> {
    console.accounts(&scope).await
}

/// Creates an account in a Group.
#[tauri::command]
#[specta::specta]
pub async fn create_account(
    console: State<'_, Arc<Console>>,
    name: String,
    group: String,
) -> Result<AccountView, CommandError> {
    console.create_account(name, &group).await
}

/// Renames or moves an account; what is absent stays.
#[tauri::command]
#[specta::specta]
pub async fn change_account(
    console: State<'_, Arc<Console>>,
    account: String,
    name: Option<String>,
    group: Option<String>,
) -> Result<AccountView, CommandError> {
    console
        .change_account(&account, name, group.as_deref())
        .await
}

/// Deletes an account that has no captured keys.
#[tauri::command]
#[specta::specta]
pub async fn delete_account(
    console: State<'_, Arc<Console>>,
    account: String,
) -> Result<(), CommandError> {
    console.delete_account(&account).await
}

/// Makes a one-time enrolment string for the account's Agent.
#[tauri::command]
#[specta::specta]
pub async fn create_enrolment(
    console: State<'_, Arc<Console>>,
    account: String,
) -> Result<EnrolmentView, CommandError> {
    console.create_enrolment(&account).await
}
