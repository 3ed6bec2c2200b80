//! The tree of Collections and Groups.

use std::sync::Arc;

use tauri::State;

use crate::console::Console;
use crate::error::CommandError;
use crate::view::scopes::{ScopeDetailView, ScopeKindView, ScopeView};

/// All scopes that the user may see, parents before children.
#[tauri::command]
#[specta::specta]
pub async fn scopes(console: State<'_, Arc<Console>>) -> Result<Vec<ScopeView>, CommandError> {
    console.scopes().await
}

/// Coverage, certificates and requests of one scope.
#[tauri::command]
#[specta::specta]
pub async fn scope_detail(
    console: State<'_, Arc<Console>>,
    scope: String,
) -> Result<ScopeDetailView, CommandError> {
    console.scope_detail(&scope).await
}

/// Creates a Collection or Group.
#[tauri::command]
#[specta::specta]
pub async fn create_scope(
    console: State<'_, Arc<Console>>,
    kind: ScopeKindView,
    name: String,
    parent: String,
) -> Result<ScopeView, CommandError> {
    console.create_scope(kind, name, &parent).await
}

/// Renames or moves a scope; what is absent stays.
#[tauri::command]
#[specta::specta]
pub async fn change_scope(
    console: State<'_, Arc<Console>>,
    scope: String,
    name: Option<String>,
    parent: Option<String>,
) -> Result<ScopeView, CommandError> {
    console.change_scope(&scope, name, parent.as_deref()).await
}

/// Deletes an empty scope.
#[tauri::command]
#[specta::specta]
pub async fn delete_scope(
    console: State<'_, Arc<Console>>,
    scope: String,
) -> Result<(), CommandError> {
    console.delete_scope(&scope).await
}
