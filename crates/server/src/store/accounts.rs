//! Accounts.

use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use time::OffsetDateTime;

use super::{ScopeChange, StoreError};

/// One backup client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Stays the same through renames and moves.
    pub id: AccountId,
    /// The name, byte for byte as it was given.
    pub name: String,
    /// The Group it belongs to.
    pub group: ScopeGuid,
    /// The key its Agent presented last.
    pub key_id: Option<KeyId>,
    /// When its last completed backup ended.
    pub last_backup_at: Option<OffsetDateTime>,
    /// Whether an Agent is enrolled.
    pub enrolled: bool,
    /// Since when it is marked: somebody was shown its key, and no other took its place.
    pub disclosed_at: Option<OffsetDateTime>,
    /// Whether its Agent encrypts the key itself.
    pub end_to_end: bool,
    /// Scopes on its way to the root to whose certificates the key `key_id` is captured.
    pub captured_to: Vec<ScopeGuid>,
}

/// Accounts.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// One account.
    async fn account(&self, account: AccountId) -> Result<Option<AccountRow>, StoreError>;
    /// All accounts in this scope, at any depth, by name.
    async fn accounts_below(&self, top: ScopeGuid) -> Result<Vec<AccountRow>, StoreError>;
    /// Adds an account to a Group.
    async fn insert_account(
        &self,
        account: AccountId,
        name: &str,
        group: ScopeGuid,
        act: &Act,
    ) -> Result<(), StoreError>;
    /// Renames, moves or both. The store adds to the act where the account was and what it was called.
    async fn change_account(
        &self,
        account: AccountId,
        change: ScopeChange<'_>,
        act: &Act,
    ) -> Result<(), StoreError>;
    /// Deletes an account for which nothing was captured.
    async fn delete_account(&self, account: AccountId, act: &Act) -> Result<(), StoreError>;
}
