//! What lasts: the tree, people, requests, certificates, captured keys. Never an encryption key in the clear.
//!
//! One trait for each subject, [`Store`] for all of them. Every method that changes something is durable when it
//! returns, and does all of it or nothing. Those that people set off take an
//! [`Act`](keyfold_api::audit::Act), which becomes an entry of the audit log in the same transaction.

mod accounts;
mod agents;
mod alerts;
mod audit;
mod captures;
mod capturing;
mod certificates;
mod claim;
mod connections;
mod disclosures;
mod idempotency;
mod jobs;
mod notices;
mod oidc;
mod paging;
mod people;
mod population;
mod requests;
mod scopes;
mod second_factors;
mod sessions;
mod settings;
mod sinks;
pub mod sql;
mod tree;

pub use accounts::{AccountRow, AccountStore};
pub use agents::{AgentStore, Credential, CredentialEnd};
pub use alerts::{
    AlertCauseStore, AlertChange, AlertRow, AlertRuleRow, AlertRuleStore, AlertStore, Cause,
    KeyFare, OpenAlert,
};
pub use audit::{AuditColumns, AuditFilter, AuditRow, AuditStore};
pub use captures::{BackupRow, ByCertificate, ByStart, CaptureStore, CapturedKeyRow, EndedBackup};
pub use capturing::{CaptureRow, CapturingStore};
pub use certificates::{CertificateRow, CertificateStore};
pub use claim::Claim;
pub use connections::{ConnectionStore, Connections};
pub use disclosures::DisclosureStore;
pub use idempotency::{IdempotencyStore, KeptAnswer};
pub use jobs::{Due, EndedJob, Holder, JobRow, JobRulesRow, JobStore, Lease, NewJobRow, OpenJob};
pub use notices::{Notice, NoticeStore, Notices, Told};
pub use oidc::{OidcSignInRow, OidcStore};
pub use paging::{ByName, Newest, Part, Position, Slice};
pub use people::{PeopleStore, UserChange, UserRow, WayIn};
pub use population::{InGroup, Population, PopulationStore, Uncaptured};
pub use requests::{RequestRow, RequestStore};
pub use scopes::{ScopeChange, ScopeRow, ScopeStore};
pub use second_factors::{Confirmation, SecondFactorRow, SecondFactorStore};
pub use sessions::{Begun, SessionRow, SessionStore, SessionUser};
pub use settings::SettingsStore;
pub use sinks::SinkStore;
pub(crate) use tree::DIGITS;
pub use tree::{InTree, TreeRow, TreeStore, UnderWay};

/// Everything that lasts.
pub trait Store:
    ScopeStore
    + TreeStore
    + AccountStore
    + PopulationStore
    + AgentStore
    + OidcStore
    + PeopleStore
    + SessionStore
    + SecondFactorStore
    + SettingsStore
    + RequestStore
    + CertificateStore
    + CaptureStore
    + CapturingStore
    + DisclosureStore
    + NoticeStore
    + IdempotencyStore
    + AuditStore
    + ConnectionStore
    + SinkStore
    + AlertStore
    + AlertRuleStore
    + AlertCauseStore
    + JobStore
{
}

impl<S> Store for S where
    S: ScopeStore
        + TreeStore
        + AccountStore
        + PopulationStore
        + AgentStore
        + OidcStore
        + PeopleStore
        + SessionStore
        + SecondFactorStore
        + SettingsStore
        + RequestStore
        + CertificateStore
        + CaptureStore
        + CapturingStore
        + DisclosureStore
        + NoticeStore
        + IdempotencyStore
        + AuditStore
        + ConnectionStore
        + SinkStore
        + AlertStore
        + AlertRuleStore
        + AlertCauseStore
        + JobStore
{
}

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error("the database failed: {0}; look at its disk, then try again")]
    Database(#[from] sqlx::Error),
    /// The database could not be brought to this version's schema.
    #[error(
        "the database's schema could not be brought up to date: {0}; restore a backup or use the version that wrote it"
    )]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database's address is refused.
    #[error("the database's file has no absolute path; give --data-dir as one")]
    Address,
    /// A file that is no whole database of this program.
    #[error("the database is not whole: {0}; take another backup")]
    NotWhole(String),
    /// A value that this program never writes.
    #[error("the database holds a damaged value in {0}; restore a backup")]
    Damaged(&'static str),
    /// The state of things forbids it.
    #[error(transparent)]
    Conflict(#[from] Conflict),
}

/// Why the state of things forbids a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// It is not there (any more).
    #[error("it is not there")]
    Missing,
    /// The place it should go to is not there.
    #[error("the place it should go to is not there")]
    ParentMissing,
    /// Scopes lie in Collections only.
    #[error("a Group holds no Groups and Collections")]
    ParentIsGroup,
    /// Accounts lie in Groups only.
    #[error("a Collection holds no accounts")]
    ParentIsCollection,
    /// A Collection cannot lie in itself.
    #[error("a Collection cannot be moved into itself")]
    Cycle,
    /// Too many scopes lie on its way to the root.
    #[error("it would lie too deep")]
    TooDeep,
    /// The platform's root stays where it is.
    #[error("the root Collection stays")]
    Root,
    /// It holds scopes, accounts or people's rights.
    #[error("it is not empty")]
    NotEmpty,
    /// Captured keys depend on it.
    #[error("captured keys depend on it")]
    HasCapturedKeys,
    /// The name is in use.
    #[error("the name is in use")]
    NameTaken,
    /// It is more than the actor may.
    #[error("it is more than the actor may")]
    NotAllowed,
    /// A platform admin's scope is the root.
    #[error("a platform admin's scope is the root Collection")]
    NotRoot,
    /// Nobody would be left who administers the platform.
    #[error("the last platform admin stays")]
    LastAdmin,
    /// There are users already.
    #[error("the platform is set up")]
    AlreadySetUp,
    /// The request was decided or replaced meanwhile.
    #[error("the request no longer waits")]
    NotWaiting,
    /// Another certificate is active than the one that was to be replaced.
    #[error("another certificate is active")]
    ReplacesAnother,
    /// A certificate that a later one superseded does not become active again.
    #[error("the certificate was superseded")]
    Superseded,
    /// The backup ended with another outcome.
    #[error("the backup ended already")]
    BackupEnded,
    /// A job of this kind waits or runs for the account.
    #[error("such a job is under way")]
    JobUnderWay,
    /// The job has ended.
    #[error("the job has ended")]
    JobEnded,
    /// Another request with the same idempotency key came first.
    #[error("another request with this idempotency key came first")]
    Repeated,
    /// Other certificates capture the account's key than a moment ago.
    #[error("other certificates capture this key now")]
    CertificatesChanged,
}
