//! What changes, as it happens: `GET /events`, a stream of server-sent events (HTML Living Standard §9.2), each with one
//! [`Event`] as JSON.
//!
//! An event says what to look at, never what is there now. The first one of every stream is [`Event::Resync`]: what
//! happened before it began, or between two streams, nobody was told.

use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, ScopeGuid};
use serde::{Deserialize, Serialize};

use crate::requests::RequestId;

/// Something that the caller may see changed.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Event {
    /// Events may be missing: look at everything again.
    Resync,
    /// A Collection or Group was made, renamed, moved or deleted.
    ScopeChanged {
        /// Which.
        scope: ScopeGuid,
        /// Where it lay and where it lies now, as far as the caller may see it.
        parents: Vec<ScopeGuid>,
    },
    /// An account was made, renamed, moved, enrolled or deleted.
    AccountChanged {
        /// Which.
        account: AccountId,
        /// Where it lay and where it lies now, as far as the caller may see it.
        groups: Vec<ScopeGuid>,
    },
    /// A request was submitted, signed, rejected or replaced.
    RequestChanged {
        /// Which.
        request: RequestId,
        /// For which scope.
        scope: ScopeGuid,
    },
    /// A Group Certificate became its scope's active one; `GET /scopes/{guid}/certificates` has it.
    CertificateActivated {
        /// Of which scope.
        scope: ScopeGuid,
        /// Which.
        certificate: Fingerprint,
    },
    /// Keys were captured or backups ended, and with them coverage changed; told for many at a time.
    KeysCaptured {
        /// Groups of the accounts, or scopes of the certificates, as far as the caller may see them.
        scopes: Vec<ScopeGuid>,
    },
    /// Alerts were raised or closed, or became more urgent.
    AlertsChanged {
        /// About these scopes, or accounts in these Groups, as far as the caller may see them.
        scopes: Vec<ScopeGuid>,
    },
}
