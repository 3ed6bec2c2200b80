//! `settings.json`: what the user set for this computer.

use std::path::Path;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{CommandError, codes};
use crate::files::write_atomically;

/// What the user set for this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Whether the desktop shows what happens on the platform.
    pub notifications: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            notifications: true,
        }
    }
}

impl Settings {
    /// As the file has it; as at first when there is none, or none that can be read.
    pub(crate) fn load(file: &Path) -> Self {
        let json = std::fs::read(file).unwrap_or_default();
        serde_json::from_slice(&json).unwrap_or_default()
    }

    /// Writes the file: the old one or the new one is there, whatever happens.
    pub(crate) fn save(self, file: &Path) -> Result<(), CommandError> {
        let not_written = |error: &dyn std::fmt::Display| {
            CommandError::because(codes::FILE_NOT_WRITTEN, error).with("path", file.display())
        };
        let json = serde_json::to_vec_pretty(&self).map_err(|error| not_written(&error))?;
        write_atomically(file, &json).map_err(|error| not_written(&error))
    }
}
