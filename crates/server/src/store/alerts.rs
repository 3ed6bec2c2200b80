//! Alerts and their rules.

use async_trait::async_trait;
use keyfold_api::alerts::{AlertId, AlertKind, AlertRule};
use keyfold_api::audit::Act;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, ScopeGuid};
use time::OffsetDateTime;

use super::{Newest, Part, Slice, StoreError};

/// A rule that somebody set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRuleRow {
    /// Whose it is.
    pub scope: ScopeGuid,
    /// Where that lies: the path of every scope below it begins like this.
    pub path: String,
    /// For what.
    pub kind: AlertKind,
    /// What it says.
    pub rule: AlertRule,
}

/// Something that may be worth an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// A fingerprint or an account: there is one open alert of each kind about it.
    pub subject: String,
    /// The certificate's scope, or the account's Group.
    pub scope: ScopeGuid,
    /// Where that lies.
    pub path: String,
    /// The account.
    pub account: Option<AccountId>,
    /// The certificate.
    pub certificate: Option<Fingerprint>,
    /// When it began, or will come true.
    pub at: OffsetDateTime,
}

/// An open alert, as far as who raises alerts needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAlert {
    /// Which.
    pub id: AlertId,
    /// What it is about.
    pub subject: String,
    /// The rule's day that was reached last.
    pub day: Option<u16>,
}

/// An account and how its present key fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFare {
    /// Which.
    pub account: AccountId,
    /// Its Group.
    pub group: ScopeGuid,
    /// Where that lies.
    pub path: String,
    /// Whether its present key is captured on its way to the root.
    pub captured: bool,
    /// Since when it was seen not captured.
    pub uncaptured_since: Option<OffsetDateTime>,
    /// The open alert about it.
    pub alert: Option<OpenAlert>,
}

/// A change of alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertChange {
    /// Raised, unless one is open about the same.
    Raise {
        /// Its new number.
        id: AlertId,
        /// Of which kind.
        kind: AlertKind,
        /// Why.
        cause: Cause,
        /// The rule's day that was reached.
        day: Option<u16>,
    },
    /// Another of the rule's days was reached.
    Reach {
        /// Which.
        id: AlertId,
        /// Which day.
        day: Option<u16>,
    },
    /// Its cause is gone.
    Close {
        /// Which.
        id: AlertId,
    },
}

/// An alert as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRow {
    /// Grows with each change of any alert.
    pub number: i64,
    /// Which.
    pub id: AlertId,
    /// Of which kind.
    pub kind: AlertKind,
    /// The certificate's scope, or the account's Group.
    pub scope: ScopeGuid,
    /// Where that lies.
    pub path: String,
    /// The account and its name.
    pub account: Option<(AccountId, String)>,
    /// The certificate.
    pub certificate: Option<Fingerprint>,
    /// When its cause began, or will come true.
    pub at: OffsetDateTime,
    /// The rule's day that was reached last.
    pub day: Option<u16>,
    /// When it was raised.
    pub raised_at: OffsetDateTime,
    /// When its cause was gone.
    pub closed_at: Option<OffsetDateTime>,
}

/// By which rules alerts are raised.
#[async_trait]
pub trait AlertRuleStore: Send + Sync {
    /// Every rule that somebody set.
    async fn alert_rules(&self) -> Result<Vec<AlertRuleRow>, StoreError>;
    /// Those on a scope's way to the root, its own included, the nearest first.
    async fn alert_rules_above(&self, scope: ScopeGuid) -> Result<Vec<AlertRuleRow>, StoreError>;
    /// Sets the scope's own rule, or takes it away so that the one from above holds.
    async fn change_alert_rule(
        &self,
        scope: ScopeGuid,
        kind: AlertKind,
        rule: Option<&AlertRule>,
        act: &Act,
    ) -> Result<(), StoreError>;
}

/// What may be worth an alert.
#[async_trait]
pub trait AlertCauseStore: Send + Sync {
    /// Active certificates that end before then.
    async fn certificates_ending(&self, before: OffsetDateTime) -> Result<Vec<Cause>, StoreError>;
    /// Accounts with whose ended credentials somebody came since then, and when first.
    async fn ended_credentials_used(&self, since: OffsetDateTime)
    -> Result<Vec<Cause>, StoreError>;
    /// So many accounts after this one, by number, and how their keys fare.
    async fn key_fares(
        &self,
        after: Option<AccountId>,
        limit: u16,
    ) -> Result<Vec<KeyFare>, StoreError>;
    /// Notes since when the present keys of these accounts are seen not captured; `None`: they are.
    async fn note_uncaptured(
        &self,
        accounts: &[AccountId],
        since: Option<OffsetDateTime>,
    ) -> Result<(), StoreError>;
}

/// What somebody should do something about.
#[async_trait]
pub trait AlertStore: Send + Sync {
    /// Every open alert of a kind.
    async fn open_alerts(&self, kind: AlertKind) -> Result<Vec<OpenAlert>, StoreError>;
    /// Changes alerts, each once whoever else does the same.
    async fn change_alerts(
        &self,
        changes: &[AlertChange],
        now: OffsetDateTime,
    ) -> Result<(), StoreError>;
    /// Forgets alerts that were closed before then.
    async fn forget_alerts(&self, before: OffsetDateTime) -> Result<(), StoreError>;
    /// Open alerts at and below a scope, what changed last first.
    async fn alerts_of(
        &self,
        top: ScopeGuid,
        slice: Slice<Newest>,
    ) -> Result<Part<AlertRow, Newest>, StoreError>;
    /// How many of them there are, counted up to this many.
    async fn count_alerts(&self, top: ScopeGuid, most: u32) -> Result<u32, StoreError>;
    /// Alerts that changed after this number, in the order of their changes, each with what it is now.
    async fn alerts_after(&self, number: i64, limit: u32) -> Result<Vec<AlertRow>, StoreError>;
}
