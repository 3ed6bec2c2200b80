//! Accounts.

use serde::Serialize;
use specta::Type;

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
