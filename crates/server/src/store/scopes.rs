//! The tree of Collections and Groups.

use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_core::id::{ScopeGuid, ScopeKind};

use super::StoreError;

/// A Collection or a Group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeRow {
    /// Stays the same through renames and moves.
    pub guid: ScopeGuid,
    /// Collection or Group.
    pub kind: ScopeKind,
    /// The name, byte for byte as it was given.
    pub name: String,
    /// The Collection it lies in; none for the root.
    pub parent: Option<ScopeGuid>,
}

/// What changes in a scope or an account; what is `None` stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeChange<'a> {
    /// The new name.
    pub name: Option<&'a str>,
    /// The new place.
    pub parent: Option<ScopeGuid>,
}

/// The tree.
#[async_trait]
pub trait ScopeStore: Send + Sync {
    /// Names the platform and makes its root Collection, once; later calls are refused with `NameTaken`.
    async fn found_platform(
        &self,
        name: &str,
        root: &ScopeRow,
        act: &Act,
    ) -> Result<(), StoreError>;
    /// The platform's name and its root; none before it was founded.
    async fn platform(&self) -> Result<Option<(String, ScopeGuid)>, StoreError>;
    /// From the root down to this scope; empty when it is not there.
    async fn lineage(&self, scope: ScopeGuid) -> Result<Vec<ScopeRow>, StoreError>;
    /// Adds a scope to a Collection; refused with `TooDeep` when too many lie above it.
    async fn insert_scope(&self, scope: &ScopeRow, act: &Act) -> Result<(), StoreError>;
    /// Renames, moves or both; never into itself, nor too deep. The store adds to the act where the scope was and what
    /// it was called.
    async fn change_scope(
        &self,
        scope: ScopeGuid,
        change: ScopeChange<'_>,
        act: &Act,
    ) -> Result<(), StoreError>;
    /// Deletes an empty scope that no captured key depends on. The store adds to the act where it was and what it was
    /// called.
    async fn delete_scope(&self, scope: ScopeGuid, act: &Act) -> Result<(), StoreError>;
}
