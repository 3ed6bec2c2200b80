//! The tree of Collections and Groups.

use super::Console;
use crate::error::CommandError;
use crate::view::scopes::{ScopeDetailView, ScopeKindView, ScopeView};

impl Console {
    /// All scopes that the user may see, parents before children.
    pub async fn scopes(&self) -> Result<Vec<ScopeView>, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Coverage, certificates and requests of one scope.
    pub async fn scope_detail(&self, _scope: String) -> Result<ScopeDetailView, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Creates a Collection or Group.
    pub async fn create_scope(
        &self,
        _kind: ScopeKindView,
        _name: String,
        _parent: String,
    ) -> Result<ScopeView, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Renames or moves a scope; what is absent stays.
    pub async fn change_scope(
        &self,
        _scope: String,
        _name: Option<String>,
        _parent: Option<String>,
    ) -> Result<ScopeView, CommandError> {
        Err(CommandError::new("not-available"))
    }

    /// Deletes an empty scope.
    pub async fn delete_scope(&self, _scope: String) -> Result<(), CommandError> {
        Err(CommandError::new("not-available"))
    }
}
