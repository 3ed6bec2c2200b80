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

impl CommandError {
    /// An error that its code says all about.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            params: BTreeMap::new(),
        }
    }

    /// The same error with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

/// Every code that a [`CommandError`] can carry; exported to the UI as `errorCodes`.
pub const ERROR_CODES: &[&str] = &["not-available"];
