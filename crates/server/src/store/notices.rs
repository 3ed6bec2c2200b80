//! What the AccountServers on one database tell each other.
//!
//! A method of the store that changes something says so with [`Notice`]s, which go out when the change is committed and
//! never otherwise: within this process over a channel, to the other processes by Postgres's `NOTIFY`. Whoever wants to
//! know asks the store for [`Notices`] *first*, looks at the state of things *then*, and waits for the next one:
//!
//! ```no_run
//! # use keyfold_server::store::{Notice, Store, StoreError};
//! # async fn follow(store: &dyn Store) -> Result<(), StoreError> {
//! let mut notices = store.notices().await?;
//! // … read what there is …
//! while let Some(told) = notices.next().await {
//!     match told.notice {
//!         Notice::Resumed => { /* some may be lost: read everything again */ }
//!         Notice::ScopeChanged { scope, .. } => { /* read this scope again */ }
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A notice says what to look at, never what is there now: by the time it arrives, more may have changed.

use async_trait::async_trait;
use keyfold_api::requests::RequestId;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, ScopeGuid};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::StoreError;

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Notice {
    /// A Group Certificate became its scope's active one.
    CertificateActivated {
        /// Of which scope.
        scope: ScopeGuid,
        /// Which.
        certificate: Fingerprint,
    },
    /// Keys were captured or backups ended, and with them coverage changed. Told for many at a time, half a second late
    /// at most; those of the last half second are lost when the AccountServer is killed.
    KeysCaptured {
        /// Groups of the accounts, or scopes of the certificates to which the keys were captured.
        scopes: Vec<ScopeGuid>,
    },
    /// A Collection or Group was made, renamed, moved or deleted.
    ScopeChanged {
        /// Which.
        scope: ScopeGuid,
        /// Where it lay, and where it lies now.
        parents: Vec<ScopeGuid>,
    },
    /// An account was made, renamed, moved, enrolled or deleted.
    AccountChanged {
        /// Which.
        account: AccountId,
        /// Where it lay, and where it lies now.
        groups: Vec<ScopeGuid>,
    },
    /// A request was submitted, signed, rejected or replaced.
    RequestChanged {
        /// Which; the newest one when others were replaced by it.
        request: RequestId,
        /// For which scope.
        scope: ScopeGuid,
    },
    /// Alerts were raised or closed, or became more urgent.
    AlertsChanged {
        /// About these scopes, or accounts in these Groups.
        scopes: Vec<ScopeGuid>,
    },
    /// Every session of a user ended.
    SessionsRevoked {
        /// Sign-in name.
        user: String,
    },
    /// Notices may have been lost: look at everything again.
    Resumed,
}

impl Notice {
    /// Who may see one of these scopes may know of it. Empty for what is for nobody ([`Notice::SessionsRevoked`]) or for
    /// everybody ([`Notice::Resumed`]).
    #[must_use]
    pub fn scopes(&self) -> Vec<ScopeGuid> {
        match self {
            Self::CertificateActivated { scope, .. } | Self::RequestChanged { scope, .. } => {
                vec![*scope]
            }
            Self::ScopeChanged { scope, parents } => {
                parents.iter().chain([scope]).copied().collect()
            }
            Self::KeysCaptured { scopes: all }
            | Self::AccountChanged { groups: all, .. }
            | Self::AlertsChanged { scopes: all } => all.clone(),
            Self::SessionsRevoked { .. } | Self::Resumed => Vec::new(),
        }
    }
}

/// A notice, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What changed.
    pub notice: Notice,
    /// Whether another process than this one changed it.
    pub elsewhere: bool,
}

/// Notices as they come in.
#[derive(Debug)]
pub struct Notices(Receiver<Told>);

impl Notices {
    pub(super) fn new(receiver: Receiver<Told>) -> Self {
        Self(receiver)
    }

    /// Waits for the next one; `None` when the store is gone. Who is too slow is told [`Notice::Resumed`] instead of
    /// what it missed.
    pub async fn next(&mut self) -> Option<Told> {
        match self.0.recv().await {
            Ok(told) => Some(told),
            Err(RecvError::Lagged(_)) => Some(Told {
                notice: Notice::Resumed,
                elsewhere: false,
            }),
            Err(RecvError::Closed) => None,
        }
    }
}

/// What changes, told to all AccountServers on the database.
#[async_trait]
pub trait NoticeStore: Send + Sync {
    /// Everything that changes from now on, here or elsewhere.
    async fn notices(&self) -> Result<Notices, StoreError>;
}
