//! Alerts.

use std::sync::Arc;

use tauri::State;

use crate::console::Console;
use crate::error::CommandError;
use crate::view::alerts::{AlertKindView, AlertRuleView, AlertRulesView, AlertsView};

/// Open alerts about a scope and all below it: the first page, or the one that begins at `from`.
#[tauri::command]
#[specta::specta]
pub async fn alerts(
    console: State<'_, Arc<Console>>,
    scope: String,
    from: Option<String>,
) -> Result<AlertsView, CommandError> {
    console.alerts(&scope, from).await
}

/// How many there are; 1000 stands for that many and more.
#[tauri::command]
#[specta::specta]
pub async fn alert_count(
    console: State<'_, Arc<Console>>,
    scope: String,
) -> Result<u32, CommandError> {
    console.alert_count(&scope).await
}

/// The rules that hold for a scope.
#[tauri::command]
#[specta::specta]
pub async fn alert_rules(
    console: State<'_, Arc<Console>>,
    scope: String,
) -> Result<AlertRulesView, CommandError> {
    console.alert_rules(&scope).await
}

/// Sets the scope's own rule of a kind; without one, that from above holds again.
#[tauri::command]
#[specta::specta]
pub async fn change_alert_rule(
    console: State<'_, Arc<Console>>,
    scope: String,
    kind: AlertKindView,
    rule: Option<AlertRuleView>,
) -> Result<AlertRulesView, CommandError> {
    console.change_alert_rule(&scope, kind, rule).await
}
