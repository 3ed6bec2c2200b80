//! The one error that crosses IPC.

pub mod codes;
mod from_api;
mod from_core;
mod from_keystore;

use std::collections::BTreeMap;
use std::fmt::Display;

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

    /// An error whose `reason` is in the words of whoever failed.
    #[must_use]
    pub fn because(code: &str, reason: &dyn Display) -> Self {
        Self::new(code).with("reason", reason)
    }

    /// The same error with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Display) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

impl From<tokio::task::JoinError> for CommandError {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::because(codes::INTERNAL, &error)
    }
}
