//! Captured and recovered keys.

use std::collections::HashSet;

use keyfold_api::captured_keys::CapturedKeySummary;
use keyfold_core::fingerprint::Fingerprint;
use serde::Serialize;
use specta::Type;

use super::names::shown;
use super::rfc3339;

/// A captured key that can be chosen for recovery.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CapturedKeyView {
    /// Its number.
    pub id: String,
    /// Whose.
    pub account: String,
    /// That account's name.
    pub account_name: String,
    /// Which of the account's keys.
    pub key_id: String,
    /// The certificate's scope.
    pub scope: String,
    /// That scope's name.
    pub scope_name: String,
    /// The certificate.
    pub certificate: String,
    /// When it was captured.
    pub captured_at: String,
    /// Whether the account's Agent uses this key now.
    pub current: bool,
    /// Whether the private key that opens it lies on this computer.
    pub key_on_this_computer: bool,
}

/// A captured key in a file that can be opened on this computer.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CapturedFileView {
    /// The file's name.
    pub name: String,
    /// The name in the certificate whose private key opens it.
    pub scope_name: String,
    /// When it was captured.
    pub captured_at: String,
}

/// A key that was recovered; its secrets stay in the Rust half until they are asked for.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecoveredView {
    /// Names it in `reveal_secret`, `copy_secret`, `save_secret` and `forget_recovered_key`.
    pub handle: u32,
    /// Whose.
    pub account_name: String,
    /// When it was captured.
    pub captured_at: String,
    /// What it holds.
    pub secrets: Vec<SecretView>,
}

/// One named secret of a recovered key, without its value.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SecretView {
    /// `password`, `key-file`, …
    pub name: String,
    /// In bytes.
    pub length: u32,
    /// Whether it is printable text that can be shown and copied; otherwise it can only be saved.
    pub text: bool,
}

impl CapturedKeyView {
    /// The captured key; `local_keys` are the key pairs on this computer.
    #[must_use]
    pub fn new(summary: &CapturedKeySummary, local_keys: &HashSet<Fingerprint>) -> Self {
        Self {
            id: summary.id.to_string(),
            account: summary.account.to_string(),
            account_name: shown(&summary.account_name),
            key_id: summary.key_id.to_string(),
            scope: summary.scope.to_string(),
            scope_name: shown(&summary.scope_name),
            certificate: summary.certificate.to_string(),
            captured_at: rfc3339(summary.captured_at),
            current: summary.current,
            key_on_this_computer: local_keys.contains(&summary.spki_fingerprint),
        }
    }
}
