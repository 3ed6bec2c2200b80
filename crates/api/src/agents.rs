//! What Agents say: `POST /agent/enrolment`, `POST /agent/credentials`, `POST /agent/backups`,
//! `POST /agent/backups/{id}/end`, `GET /agent/account`.
//!
//! Every route but enrolment takes the Agent's credential as `Authorization: Bearer …`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use url::Url;
use zeroize::Zeroizing;

use crate::accounts::KeyState;
use crate::end_to_end::EnvelopedKey;
use crate::repositories::Repository;

keyfold_core::uuid_newtype!(
    BackupId,
    "One run of a backup, as the AccountServer numbers it."
);

/// All that an Agent needs to enrol; its text form is `kf1.` and the base64url of this as JSON.
#[derive(Serialize, Deserialize)]
pub struct Enrolment {
    /// The AccountServer's address, `https://host:port`.
    pub server: Url,
    /// The Authority's root certificate, the only thing the Agent trusts.
    pub authority: Fingerprint,
    /// Works once.
    pub token: String,
}

/// The text is not an enrolment string.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    /// It does not start with `kf1.`.
    #[error(
        "this is not an enrolment string: it must start with “kf1.”; copy it again from the Console"
    )]
    Prefix,
    /// What follows is damaged.
    #[error("the enrolment string is damaged; copy it again from the Console, whole")]
    Damaged,
}

impl Enrolment {
    const PREFIX: &str = "kf1.";

    /// The text form, which holds a secret until it is used.
    ///
    /// # Errors
    /// None in practice: every field has a JSON form.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        let json = Zeroizing::new(serde_json::to_vec(self)?);
        Ok(format!(
            "{}{}",
            Self::PREFIX,
            URL_SAFE_NO_PAD.encode(&*json)
        ))
    }

    /// Reads the text form; surrounding white space is ignored.
    ///
    /// # Errors
    /// When the text is not an enrolment string.
    pub fn from_text(text: &str) -> Result<Self, EnrolmentError> {
        let encoded = text
            .trim()
            .strip_prefix(Self::PREFIX)
            .ok_or(EnrolmentError::Prefix)?;
        let json = URL_SAFE_NO_PAD
            .decode(encoded)
            .map_err(|_| EnrolmentError::Damaged)?;
        serde_json::from_slice(&Zeroizing::new(json)).map_err(|_| EnrolmentError::Damaged)
    }
}

/// `POST /agent/enrolment`, answered with [`Enrolled`].
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct Enrol {
    /// From [`Enrolment`].
    pub token: String,
    /// The machine's name, for the audit log.
    pub host_name: String,
}

/// What an enrolled Agent keeps.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct Enrolled {
    /// The account it backs up for.
    pub account: AccountId,
    /// The account's name.
    pub account_name: String,
    /// The bearer credential of every later request.
    pub credential: String,
    /// Whether the account is captured end to end: an Agent that was installed anew must not present its key either.
    #[serde(default)]
    pub end_to_end: bool,
}

/// `POST /agent/credentials`: the Agent's next credential. The present one works until this one was used.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct NewCredential {
    /// The bearer credential, to be stored before it is used.
    pub credential: String,
}

/// `POST /agent/backups` at the start of a backup: presents the key. Answered with [`BackupStarted`].
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct StartBackup {
    /// Made by the Agent when the key was set.
    pub key_id: KeyId,
    /// The key, as named secrets; none of an account that is captured end to end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<PresentedSecret>,
    /// Whether the Agent made this key itself, so that nobody had it before. One that a person gave it may be a key that was
    /// disclosed.
    #[serde(default)]
    pub generated: bool,
}

impl BackupOutcome {
    /// Whether the key is captured after it.
    #[must_use]
    pub fn captures(self) -> bool {
        matches!(self, Self::Completed | Self::KeyChanged)
    }
}

impl StartBackup {
    /// Presents this key.
    #[must_use]
    pub fn new(key_id: KeyId, key: &EncryptionKey, generated: bool) -> Self {
        let present = |secret: &NamedSecret| PresentedSecret {
            name: secret.name().to_owned(),
            value: Zeroizing::new(STANDARD.encode(secret.value())),
        };
        Self {
            key_id,
            secrets: key.secrets().iter().map(present).collect(),
            generated,
        }
    }

    /// Begins a backup with a key that is not presented.
    #[must_use]
    pub fn end_to_end(key_id: KeyId, generated: bool) -> Self {
        Self {
            key_id,
            secrets: Vec::new(),
            generated,
        }
    }
}

/// One named secret of an encryption key, on its way to the key cache.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct PresentedSecret {
    /// See [`keyfold_core::encryption_key`].
    pub name: String,
    /// Base64.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Password))]
    pub value: Zeroizing<String>,
}

/// The backup has a number; report its end under it.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BackupStarted {
    /// The number.
    pub backup: BackupId,
}

/// `POST /agent/backups/{id}/end`, answered with [`BackupEnded`].
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndBackup {
    /// How it went.
    pub outcome: BackupOutcome,
    /// The tool's exit code; none when a signal ended it.
    pub exit_code: Option<i32>,
    /// Bytes that the tool says it backed up; none where it says nothing of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The key as the Agent of an account that is captured end to end encrypted it, once for each certificate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enveloped: Vec<EnvelopedKey>,
    /// Where the backup lies; none where the Agent does not know, or the tool is none that the AccountServer can run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<Repository>,
}

/// How a backup went.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackupOutcome {
    /// The tool made a backup; some files may have been unreadable. The key is captured.
    Completed,
    /// No backup was made: the key of the repository is being changed to this one. It is captured.
    KeyChanged,
    /// No backup was made. The key is not captured, and leaves the cache unless an earlier backup completed with it.
    Failed,
}

/// What the end of a backup did.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BackupEnded {
    /// The scopes whose certificates hold this key now.
    pub captured_to: Vec<ScopeGuid>,
    /// Whether the account is marked “key disclosed”: its Agent is to change the key.
    #[serde(default)]
    pub disclosed: bool,
}

/// `GET /agent/account`: what the AccountServer knows of this Agent's account.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AgentAccount {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// The key presented last.
    pub key_id: Option<KeyId>,
    /// Whether that key could be recovered.
    pub key_state: KeyState,
    /// When the last completed backup ended.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_backup_at: Option<OffsetDateTime>,
    /// Since when the account is marked “key disclosed”: its Agent is to change the key.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub disclosed_at: Option<OffsetDateTime>,
}
