//! Requests for Group Certificates.

use tauri::ipc::Channel;

use super::Console;
use crate::error::CommandError;
use crate::secret_text::SecretText;
use crate::view::requests::{
    KeySizeView, PassphraseStrengthView, RequestProgressView, RequestView, RequestedView,
};

impl Console {
    /// How strong a passphrase is; nothing of it is kept.
    pub async fn passphrase_strength(
        &self,
        _passphrase: SecretText,
        _scope_name: String,
    ) -> Result<PassphraseStrengthView, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Makes a key pair, seals it into the scope's certificate folder and submits its request.
    pub async fn request_certificate(
        &self,
        _scope: String,
        _key_size: KeySizeView,
        _passphrase: SecretText,
        _on_progress: Channel<RequestProgressView>,
    ) -> Result<RequestedView, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Stops the key pair that is being made; `request_certificate` then fails with `cancelled`.
    pub async fn cancel_request(&self) -> Result<(), CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Submits a saved request again, after `not_submitted`.
    pub async fn submit_request(
        &self,
        _scope: String,
        _spki_fingerprint: String,
    ) -> Result<RequestView, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Saves a copy of a request where the admin chooses; none when the dialog was dismissed.
    pub async fn save_request_copy(
        &self,
        _scope: String,
        _spki_fingerprint: String,
    ) -> Result<Option<String>, CommandError> {
        Err(CommandError::new("not-available"))
    }
}
