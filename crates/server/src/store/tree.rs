//! The tree as it is read: page by page, whatever lies below.

use std::collections::HashMap;

use async_trait::async_trait;
use keyfold_core::id::ScopeGuid;
use serde::{Deserialize, Serialize};

use super::{ByName, CertificateRow, Part, Position, ScopeRow, Slice, StoreError};

/// A scope with all that its row in a tree shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeRow {
    /// The scope.
    pub scope: ScopeRow,
    /// Accounts that lie in it, at any depth.
    pub accounts: u32,
    /// Whether scopes lie in it.
    pub has_children: bool,
    /// Its own certificate that is not superseded.
    pub certificate: Option<CertificateRow>,
    /// Its newest request, while that is under way.
    pub under_way: Option<UnderWay>,
}

/// A request that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnderWay {
    /// The Authority has not decided.
    Waiting,
    /// Signed, and its certificate is not uploaded.
    Signed,
}

/// A scope's place in the tree's order, in which parents come before what lies in them. It begins at the scope that was
/// listed: nothing above shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InTree {
    /// Eight hexadecimal digits for each scope on the way.
    pub way: String,
}

impl Position for InTree {
    fn is_plausible(&self) -> bool {
        is_way(&self.way)
    }
}

/// Hexadecimal digits of a way or a path for each scope on it.
pub(crate) const DIGITS: usize = 8;

/// Whether this is the way to a scope.
pub(crate) fn is_way(way: &str) -> bool {
    let digit = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    way.len().is_multiple_of(DIGITS) && way.bytes().all(digit)
}

/// The tree, read.
#[async_trait]
pub trait TreeStore: Send + Sync {
    /// One scope.
    async fn scope(&self, scope: ScopeGuid) -> Result<Option<TreeRow>, StoreError>;
    /// What lies directly in a scope, by name.
    async fn children(
        &self,
        parent: ScopeGuid,
        slice: Slice<ByName>,
    ) -> Result<Part<TreeRow, ByName>, StoreError>;
    /// This scope and everything below it, parents first.
    async fn subtree(
        &self,
        top: ScopeGuid,
        slice: Slice<InTree>,
    ) -> Result<Part<TreeRow, InTree>, StoreError>;
    /// These scopes and everything above them.
    async fn with_all_above(
        &self,
        scopes: &[ScopeGuid],
    ) -> Result<HashMap<ScopeGuid, ScopeRow>, StoreError>;
    /// The certificates of these scopes that are not superseded.
    async fn present_of(&self, scopes: &[ScopeGuid]) -> Result<Vec<CertificateRow>, StoreError>;
    /// Of this scope and everything below it, from this place on, it included: Groups with more than `beyond`
    /// certificates that are not superseded on their way to the root, their own included, and Collections with one of
    /// their own. At most `limit`, each with its place.
    async fn with_certificates(
        &self,
        top: ScopeGuid,
        beyond: u32,
        from: &InTree,
        limit: u16,
    ) -> Result<Vec<(ScopeRow, InTree)>, StoreError>;
}
