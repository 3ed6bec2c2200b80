//! Accounts.

use super::Console;
use crate::error::CommandError;
use crate::view::accounts::{AccountView, EnrolmentView};

impl Console {
    /// Accounts at any depth below a scope.
    pub async fn accounts(&self, _scope: String) -> Result<Vec<AccountView>, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Creates an account in a Group.
    pub async fn create_account(
        &self,
        _name: String,
        _group: String,
    ) -> Result<AccountView, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Renames or moves an account; what is absent stays.
    pub async fn change_account(
        &self,
        _account: String,
        _name: Option<String>,
        _group: Option<String>,
    ) -> Result<AccountView, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Deletes an account that has no captured keys.
    pub async fn delete_account(&self, _account: String) -> Result<(), CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Makes a one-time enrolment string for the account's Agent.
    pub async fn create_enrolment(&self, _account: String) -> Result<EnrolmentView, CommandError> {
        Err(CommandError::new("not-available"))
    }
}
