//! The audit log.

use async_trait::async_trait;
use keyfold_api::audit::{Act, Action};

use super::StoreError;

/// An entry as it is stored: what its line says, and beside it the columns by which it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its place in the log.
    pub number: i64,
    /// SHA-256 over the hash before and `entry`.
    pub hash: Vec<u8>,
    /// One line of JSON ([`crate::audit::chain::text`]).
    pub entry: String,
}

impl AuditRow {
    /// What the entry says.
    pub fn act(&self) -> Result<Act, StoreError> {
        serde_json::from_str(&self.entry).map_err(|_| StoreError::Damaged("an audit entry"))
    }
}

/// The audit log. Whatever changes something takes an [`Act`] as its last parameter and appends it in the same
/// transaction; what changes nothing is recorded here.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Appends an entry that stands for itself: a denial.
    async fn record(&self, act: &Act) -> Result<(), StoreError>;
    /// Entries after this number, oldest first, at most so many; only those of an action, if one is given.
    async fn audit_after(
        &self,
        number: i64,
        action: Option<Action>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError>;
}
