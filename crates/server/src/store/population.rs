//! The accounts of a part of the tree: page by page, and counted.

use async_trait::async_trait;
use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use serde::{Deserialize, Serialize};

use super::tree::is_way;
use super::{AccountRow, Part, Position, Slice, StoreError};

/// An account's place among those of a part of the tree: Group after Group in the tree's order, by name in each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InGroup {
    /// The way to its Group, from the scope that was listed down.
    pub way: String,
    /// Its name.
    pub name: String,
    /// Its identifier.
    pub id: String,
}

impl Position for InGroup {
    fn is_plausible(&self) -> bool {
        let text = self.name.chars().chain(self.id.chars());
        is_way(&self.way) && !text.into_iter().any(char::is_control)
    }
}

/// How many accounts could be recovered, by what the database knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Population {
    /// Their present key is captured to a certificate on their way to the root.
    pub captured: u32,
    /// Not captured, and backed up before.
    pub needs_backup: u32,
    /// Not captured, and never backed up.
    pub never: u32,
}

/// An account whose Agent presented a key that is not captured on the account's way to the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uncaptured {
    /// The account.
    pub account: AccountId,
    /// Its present key.
    pub key_id: KeyId,
    /// Whether a backup completed.
    pub backed_up: bool,
}

/// Accounts of a scope and everything below it.
#[async_trait]
pub trait PopulationStore: Send + Sync {
    /// Group after Group in the tree's order, by name in each.
    async fn accounts_of(
        &self,
        top: ScopeGuid,
        slice: Slice<InGroup>,
    ) -> Result<Part<AccountRow, InGroup>, StoreError>;
    /// Counts all of them.
    async fn population(&self, top: ScopeGuid) -> Result<Population, StoreError>;
    /// Shows each account with an uncaptured key, one after another, holding none of them.
    async fn each_uncaptured(
        &self,
        top: ScopeGuid,
        show: &mut (dyn FnMut(Uncaptured) + Send),
    ) -> Result<(), StoreError>;
}
