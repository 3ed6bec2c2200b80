//! The platform and the session.

use super::Console;
use crate::error::CommandError;
use crate::secret_text::SecretText;
use crate::view::connection::ConnectionView;

impl Console {
    /// The saved platform and who is signed in.
    pub async fn connection(&self) -> Result<ConnectionView, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Contacts a platform, pins its Authority root (SHA-256, 64 hex digits) and saves both.
    pub async fn connect(
        &self,
        _address: String,
        _authority: String,
    ) -> Result<ConnectionView, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Signs out and forgets the saved platform; certificate folders stay.
    pub async fn forget_connection(&self) -> Result<ConnectionView, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Signs in to the saved platform.
    pub async fn sign_in(
        &self,
        _user: String,
        _password: SecretText,
    ) -> Result<ConnectionView, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Signs out; recovered keys are forgotten.
    pub async fn sign_out(&self) -> Result<ConnectionView, CommandError> {
        Err(CommandError::new("not-available"))
    }
}
