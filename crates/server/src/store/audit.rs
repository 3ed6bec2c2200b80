//! The audit log.

use async_trait::async_trait;
use keyfold_api::audit::{Act, Action, AuditEntry};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, ScopeGuid};
use serde::Deserialize;

use super::{Newest, Part, Slice, StoreError};

/// An entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its place in the log.
    pub number: i64,
    /// SHA-256 over the hash before and `entry`.
    pub hash: Vec<u8>,
    /// One line of JSON ([`crate::audit::chain::text`]).
    pub entry: String,
    /// What stands beside it, to find it by.
    pub columns: AuditColumns,
}

/// Copies of what an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditColumns {
    /// Unix seconds.
    pub acted_at: i64,
    /// Who acted.
    pub who: String,
    /// The action's code.
    pub action: String,
    /// The scope it concerns.
    pub scope: Option<String>,
    /// Where that lies or lay.
    pub place: Option<String>,
    /// The account it concerns.
    pub account: Option<String>,
    /// The user it concerns.
    pub person: Option<String>,
}

/// Which entries are wanted; what is `None` does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// What was done.
    pub action: Option<Action>,
    /// Sign-in name of who did it, or to whom it was done.
    pub user: Option<String>,
    /// To which account.
    pub account: Option<AccountId>,
}

/// What an entry's line says, its number among it.
#[derive(Deserialize)]
struct Line {
    number: i64,
    #[serde(flatten)]
    act: Act,
}

impl AuditRow {
    /// What the entry says.
    pub fn act(&self) -> Result<Act, StoreError> {
        self.says().map(|(_, act)| act)
    }

    /// The number and the act that the line tells of.
    pub(crate) fn says(&self) -> Result<(i64, Act), StoreError> {
        let line: Line =
            serde_json::from_str(&self.entry).map_err(|_| StoreError::Damaged("an audit entry"))?;
        Ok((line.number, line.act))
    }

    /// As it travels.
    pub(crate) fn entry(&self) -> Result<AuditEntry, StoreError> {
        Ok(AuditEntry {
            number: u64::try_from(self.number).map_err(|_| StoreError::Damaged("number"))?,
            act: self.act()?,
            hash: self.fingerprint()?,
        })
    }

    /// As it is exported: the stored line with the hash as its last member.
    pub(crate) fn exported(&self) -> Result<String, StoreError> {
        let hash = self.fingerprint()?;
        let open = self.entry.strip_suffix('}');
        let open = open.ok_or(StoreError::Damaged("an audit entry"))?;
        Ok(format!("{open},\"hash\":\"{hash}\"}}"))
    }

    fn fingerprint(&self) -> Result<Fingerprint, StoreError> {
        let bytes = self.hash.as_slice().try_into();
        bytes
            .map(Fingerprint::from_bytes)
            .map_err(|_| StoreError::Damaged("hash"))
    }
}

impl From<&Act> for AuditColumns {
    fn from(act: &Act) -> Self {
        Self {
            acted_at: act.at.unix_timestamp(),
            who: act.by.to_string(),
            action: act.action.to_string(),
            scope: act.scope.map(|scope| scope.to_string()),
            place: act.within.map(|place| place.to_string()),
            account: act.account.map(|account| account.to_string()),
            person: act.user.clone(),
        }
    }
}

/// The audit log. Whatever changes something takes an [`Act`] as its last parameter and appends it in the same
/// transaction; what changes nothing is recorded here.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Appends an entry that stands for itself: a denial, or something that was read.
    async fn record(&self, act: &Act) -> Result<(), StoreError>;
    /// Entries after this number, oldest first, at most so many; only those of an action, if one is given.
    async fn audit_after(
        &self,
        number: i64,
        action: Option<Action>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError>;
    /// Entries about this scope and everything that lies, or lay when they were made, below it; newest first. About the
    /// root: all.
    async fn audit_below(
        &self,
        top: ScopeGuid,
        filter: &AuditFilter,
        slice: Slice<Newest>,
    ) -> Result<Part<AuditRow, Newest>, StoreError>;
}
