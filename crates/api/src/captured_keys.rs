//! Captured keys: `GET /accounts/{id}/captured-keys`, `GET /scopes/{guid}/captured-keys`,
//! `POST /captured-keys/{id}/recoveries`.

use keyfold_core::captured_key::CaptureRecord;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

keyfold_core::uuid_newtype!(CapturedKeyId, "A stored captured key.");

/// A captured key as lists show it; its content is fetched with a reason. An account's are listed newest first, a
/// scope's certificate after certificate, of which the newest comes first.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapturedKeySummary {
    /// Its number.
    pub id: CapturedKeyId,
    /// Whose key it is.
    pub account: AccountId,
    /// That account's name now.
    pub account_name: String,
    /// The certificate's scope.
    pub scope: ScopeGuid,
    /// That scope's name now.
    pub scope_name: String,
    /// Which of the account's keys.
    pub key_id: KeyId,
    /// The certificate it was encrypted to.
    pub certificate: Fingerprint,
    /// SHA-256 of that certificate's public key (SPKI DER): names the key pair that opens it.
    pub spki_fingerprint: Fingerprint,
    /// When it was captured.
    #[serde(with = "time::serde::rfc3339")]
    pub captured_at: OffsetDateTime,
    /// Whether this is the key the account's Agent presented last.
    pub current: bool,
}

/// `POST /captured-keys/{id}/recoveries`, recorded before it is answered with [`Recovery`].
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Serialize, Deserialize)]
pub struct RecoverCapturedKey {
    /// Why, in the admin's words; not blank.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 1000))]
    pub reason: String,
    /// A code of the second factor, or a recovery code; absent until it is asked for (`second-factor-required`).
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Password))]
    #[serde(
        default,
        serialize_with = "crate::secret::expose_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub code: Option<SecretString>,
}

/// A captured key, for whoever holds the certificate folder and a passphrase.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recovery {
    /// What the AccountServer says it is; the Console compares every field with what lies inside.
    pub summary: CapturedKeySummary,
    /// CMS, DER, base64.
    pub captured_key: String,
}

impl CapturedKeySummary {
    /// What must lie inside the captured key.
    #[must_use]
    pub fn record(&self) -> CaptureRecord {
        CaptureRecord {
            account: self.account,
            scope: self.scope,
            key_id: self.key_id,
            certificate: self.certificate,
            captured_at: self.captured_at,
        }
    }
}
