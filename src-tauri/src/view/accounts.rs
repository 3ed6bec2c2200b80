//! Accounts.

use keyfold_api::accounts::{Account, EnrolmentToken, KeyState};
use serde::Serialize;
use specta::Type;

use super::names::shown;
use super::rfc3339;
use crate::console::scope_names::ScopeNames;

/// An account as tables show it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its Group.
    pub group: String,
    /// That Group's name.
    pub group_name: String,
    /// When its last completed backup ended.
    pub last_backup_at: Option<String>,
    /// Whether its present key could be recovered.
    pub key_state: KeyStateView,
    /// Names of the scopes its present key is captured to.
    pub captured_to: Vec<String>,
    /// Whether an Agent is enrolled.
    pub enrolled: bool,
    /// Since when people know its key, which is to be changed.
    pub disclosed_at: Option<String>,
    /// Whether its Agent encrypts the key itself, so that the platform never has it.
    pub end_to_end: bool,
}

/// Whether an account's present key could be recovered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum KeyStateView {
    /// Captured.
    Captured,
    /// In the key cache only.
    InMemory,
    /// Needs one more backup.
    NeedsBackup,
    /// Never backed up.
    Never,
}

/// An enrolment string to hand to whoever sets the machine up.
#[derive(Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentView {
    /// `kf1.…`; works once.
    pub enrolment: String,
    /// When it stops working.
    pub expires_at: String,
}

impl AccountView {
    /// The account, with the names that scopes have now.
    #[must_use]
    pub fn new(account: &Account, scopes: &ScopeNames) -> Self {
        Self {
            id: account.id.to_string(),
            name: shown(&account.name),
            group: account.group.to_string(),
            group_name: shown(&scopes.name(account.group)),
            last_backup_at: account.last_backup_at.map(rfc3339),
            key_state: account.key_state.into(),
            captured_to: account
                .captured_to
                .iter()
                .map(|scope| shown(&scopes.name(*scope)))
                .collect(),
            enrolled: account.enrolled,
            disclosed_at: account.disclosed_at.map(rfc3339),
            end_to_end: account.end_to_end,
        }
    }
}

impl From<KeyState> for KeyStateView {
    fn from(state: KeyState) -> Self {
        match state {
            KeyState::Captured => Self::Captured,
            KeyState::InMemory => Self::InMemory,
            KeyState::NeedsBackup => Self::NeedsBackup,
            KeyState::Never => Self::Never,
        }
    }
}

impl From<EnrolmentToken> for EnrolmentView {
    fn from(token: EnrolmentToken) -> Self {
        Self {
            enrolment: token.enrolment,
            expires_at: rfc3339(token.expires_at),
        }
    }
}
