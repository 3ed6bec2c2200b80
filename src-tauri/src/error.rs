//! The one error that crosses IPC.

use std::collections::BTreeMap;

use serde::Serialize;
use specta::Type;

/// A refusal or failure; the UI owns the words of each code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CommandError {
    /// Stable, kebab-case; one of the exported `errorCodes`.
    pub code: String,
    /// What the words are about: names, dates, paths; never a secret.
    pub params: BTreeMap<String, String>,
}
