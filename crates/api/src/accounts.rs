//! Accounts: `GET /scopes/{guid}/accounts` (at any depth: Group after Group, by name in each), `POST /accounts`, `GET|PATCH|DELETE /accounts/{id}`,
//! `POST /accounts/{id}/enrolment-tokens`, `DELETE /accounts/{id}/agent`.

use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// One backup client.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Stays the same through renames and moves.
    pub id: AccountId,
    /// Usually the machine's name.
    pub name: String,
    /// The Group it belongs to.
    pub group: ScopeGuid,
    /// The key its Agent presented last.
    pub key_id: Option<KeyId>,
    /// When its last completed backup ended.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_backup_at: Option<OffsetDateTime>,
    /// Whether its present key could be recovered.
    pub key_state: KeyState,
    /// The scopes whose certificates captured its present key and lie on its way to the root.
    pub captured_to: Vec<ScopeGuid>,
    /// Whether an Agent is enrolled.
    pub enrolled: bool,
    /// Since when the account is marked “key disclosed: rotate”: its key was handed out in a recovery, and no other that its
    /// Agent made has been captured since.
    #[serde(with = "time::serde::rfc3339::option")]
    pub disclosed_at: Option<OffsetDateTime>,
    /// Whether its Agent encrypts the key itself, so that this AccountServer never has it.
    #[serde(default)]
    pub end_to_end: bool,
}

/// Whether an account's present key could be recovered.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Captured to a certificate on its way to the root.
    Captured,
    /// Only in the key cache: captured as soon as a certificate is uploaded.
    InMemory,
    /// Backed up before; the key is neither captured here nor in memory.
    NeedsBackup,
    /// Never backed up.
    Never,
}

/// `POST /accounts`, answered with the new [`Account`].
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewAccount {
    /// 1 to 200 characters.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 200))]
    pub name: String,
    /// A Group.
    pub group: ScopeGuid,
}

/// `POST /accounts/{id}/enrolment-tokens`: lets one Agent enrol, once.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct EnrolmentToken {
    /// What the Agent reads: [`crate::agents::Enrolment`] in its text form.
    pub enrolment: String,
    /// When it stops working.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}
