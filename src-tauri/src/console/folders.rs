//! The Certificates directory.

use super::Console;
use crate::error::CommandError;
use crate::view::folders::{CertificateFoldersView, ImportView};

impl Console {
    /// What lies in the Certificates directory.
    pub async fn certificate_folders(&self) -> Result<CertificateFoldersView, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Shows the Certificates directory, or one folder in it, in the file manager.
    pub async fn open_certificates_directory(
        &self,
        _folder: Option<String>,
    ) -> Result<(), CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Copies certificate folders where the admin chooses; none when the dialog was dismissed.
    pub async fn export_folders(
        &self,
        _folders: Vec<String>,
    ) -> Result<Option<String>, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Imports the folder that the admin chooses; none when the dialog was dismissed.
    pub async fn import_folders(&self) -> Result<Option<ImportView>, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Deletes a key pair; `typed_name` must be the scope's name.
    pub async fn delete_key_pair(
        &self,
        _folder: String,
        _spki_fingerprint: String,
        _typed_name: String,
    ) -> Result<(), CommandError> {
        Err(CommandError::new("not-available"))
    }
}
