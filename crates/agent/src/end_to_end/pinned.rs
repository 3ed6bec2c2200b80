//! `end-to-end.json`: which scopes may have the key, and what was seen of them, so that nothing older is believed later.

use std::fs::File;

use anyhow::{Context as _, Result};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::ScopeGuid;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::PATIENCE;
use crate::state::{StateDirectory, StateError};

const FILE: &str = "end-to-end.json";
const LOCK: &str = "end-to-end.lock";
const VERSION: u8 = 1;

/// That end-to-end capture is on, and with whom.
#[derive(Serialize, Deserialize)]
pub(crate) struct Pinned {
    version: u8,
    /// Scopes whose certificates may have the key.
    pub(super) scopes: Vec<PinnedScope>,
    /// When the newest revocation list that was seen was made.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(super) revocation_list_at: Option<OffsetDateTime>,
}

/// A scope that a person named.
#[derive(Serialize, Deserialize)]
pub(super) struct PinnedScope {
    pub(super) scope: ScopeGuid,
    /// The newest certificate that the key was encrypted to.
    pub(super) newest: Option<Seen>,
}

/// A certificate, and what says which of two is newer.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) certificate: Fingerprint,
    #[serde(with = "time::serde::rfc3339")]
    not_before: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    not_after: OffsetDateTime,
}

impl Pinned {
    /// With no scope yet: the key goes to nobody.
    pub(super) fn new() -> Self {
        Self {
            version: VERSION,
            scopes: Vec::new(),
            revocation_list_at: None,
        }
    }

    /// Their GUIDs.
    pub(crate) fn guids(&self) -> impl Iterator<Item = ScopeGuid> {
        self.scopes.iter().map(|pinned| pinned.scope)
    }

    pub(super) fn add(&mut self, scope: ScopeGuid) {
        if self.guids().all(|there| there != scope) {
            self.scopes.push(PinnedScope {
                scope,
                newest: None,
            });
        }
    }

    pub(super) fn remove(&mut self, scope: ScopeGuid) {
        self.scopes.retain(|pinned| pinned.scope != scope);
    }
}

impl Seen {
    pub(super) fn of(certificate: &GroupCertificate) -> Self {
        Self {
            certificate: certificate.fingerprint(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
        }
    }

    /// Whether this is newer than the other: its validity begins later, or begins at the same time and ends later.
    pub(super) fn is_newer_than(&self, other: &Self) -> bool {
        (self.not_before, self.not_after) > (other.not_before, other.not_after)
    }
}

/// None when the AccountServer captures the key.
pub(crate) fn read(state: &StateDirectory) -> Result<Option<Pinned>, StateError> {
    let pinned: Option<Pinned> = state.read(FILE)?;
    match pinned {
        Some(pinned) if pinned.version != VERSION => Err(state.damaged(FILE)),
        pinned => Ok(pinned),
    }
}

pub(super) fn write(state: &StateDirectory, pinned: &Pinned) -> Result<(), StateError> {
    state.write(FILE, pinned)
}

pub(super) fn forget(state: &StateDirectory) -> Result<(), StateError> {
    state.remove(FILE)
}

/// Keeps other processes of this Agent from the file: of two that remember at the same moment, one would forget.
pub(super) async fn lock(state: &StateDirectory) -> Result<File> {
    state
        .lock_alone(LOCK, PATIENCE)
        .await?
        .context("another process of this Agent is at it; try again")
}
