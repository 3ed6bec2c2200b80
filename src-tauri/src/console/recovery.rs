//! Recovery of encryption keys.

use super::Console;
use crate::error::CommandError;
use crate::secret_text::{RevealedText, SecretText};
use crate::view::recovery::{CapturedKeyView, RecoveredView};

impl Console {
    /// An account's captured keys, newest first.
    pub async fn captured_keys(
        &self,
        _account: String,
    ) -> Result<Vec<CapturedKeyView>, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Records the reason, fetches, verifies and opens a captured key; its secrets stay here under a handle.
    pub async fn recover_key(
        &self,
        _captured_key: String,
        _reason: String,
        _passphrase: SecretText,
    ) -> Result<RecoveredView, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// One secret of a recovered key, for the screen.
    pub async fn reveal_secret(
        &self,
        _handle: u32,
        _name: String,
    ) -> Result<RevealedText, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Copies one secret; answers the seconds until the clipboard is cleared.
    pub async fn copy_secret(&self, _handle: u32, _name: String) -> Result<u32, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Saves one secret where the admin chooses; none when the dialog was dismissed.
    pub async fn save_secret(
        &self,
        _handle: u32,
        _name: String,
    ) -> Result<Option<String>, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Forgets a recovered key at once.
    pub async fn forget_recovered_key(&self, _handle: u32) -> Result<(), CommandError> {
        Err(CommandError::new("not-available"))
    }
}
