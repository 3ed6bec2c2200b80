//! Requests for Group Certificates.

use std::collections::HashSet;

use keyfold_api::requests::{Request, RequestState};
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::key_pair::KeySize;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::names::{shown, shown_lines};
use super::rfc3339;
use crate::error::CommandError;

/// A request for a Group Certificate.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RequestView {
    /// Its number.
    pub id: String,
    /// The scope it asks for.
    pub scope: String,
    /// That scope's name.
    pub scope_name: String,
    /// Names from the root down to its parent.
    pub path: Vec<String>,
    /// Who submitted it.
    pub requester: String,
    /// When.
    pub submitted_at: String,
    /// What requester and officer compare.
    pub spki_fingerprint: String,
    /// Where it stands.
    pub state: RequestStateView,
    /// The officer's words when rejected.
    pub reason: Option<String>,
    /// Whether the private key lies on this computer.
    pub key_on_this_computer: bool,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RequestStateView {
    /// The Authority has not decided.
    Waiting,
    /// Signed, not uploaded.
    Signed,
    /// Signed and uploaded.
    Uploaded,
    /// Rejected.
    Rejected,
    /// A later one took its place.
    Replaced,
}

/// What zxcvbn says of a passphrase; the passphrase itself is not repeated.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PassphraseStrengthView {
    /// 0 (guessed at once) to 4 (very strong).
    pub score: u8,
    /// Time to guess it offline at 10,000 guesses a second, in words.
    pub crack_time: String,
    /// What makes it weak, if anything.
    pub warning: Option<String>,
    /// How to make it stronger.
    pub suggestions: Vec<String>,
    /// Whether the Console accepts it (score 3 and 12 characters at least).
    pub acceptable: bool,
}

/// Key sizes that the Console offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum KeySizeView {
    /// 3072 bits.
    Rsa3072,
    /// 4096 bits, the default.
    Rsa4096,
}

/// How far a certificate request is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase", tag = "step")]
pub enum RequestProgressView {
    /// Primes are searched for; 0 to 1, never going back.
    GeneratingKeyPair {
        /// 0 to 1.
        #[specta(type = specta_typescript::Number)]
        fraction: f64,
    },
    /// The passphrase is stretched, the private key sealed, written, read back and opened.
    Sealing,
    /// The request goes to the platform.
    Submitting,
}

/// A key pair that exists now, and what became of its request.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RequestedView {
    /// The scope.
    pub scope: String,
    /// Its name.
    pub scope_name: String,
    /// What to read out to the Authority, 64 hex digits.
    pub spki_fingerprint: String,
    /// The folder that holds the key pair.
    pub folder: String,
    /// Why the request did not reach the platform, if it did not; it is saved and can be submitted again.
    pub not_submitted: Option<CommandError>,
}

impl RequestView {
    /// The request; `local_keys` are the key pairs on this computer.
    #[must_use]
    pub fn new(request: &Request, local_keys: &HashSet<Fingerprint>) -> Self {
        let (state, reason) = match &request.state {
            RequestState::Waiting => (RequestStateView::Waiting, None),
            RequestState::Signed {
                uploaded: false, ..
            } => (RequestStateView::Signed, None),
            RequestState::Signed { uploaded: true, .. } => (RequestStateView::Uploaded, None),
            RequestState::Rejected { reason } => {
                (RequestStateView::Rejected, Some(shown_lines(reason)))
            }
            RequestState::Replaced => (RequestStateView::Replaced, None),
        };
        Self {
            id: request.id.to_string(),
            scope: request.scope.to_string(),
            scope_name: shown(&request.scope_name),
            path: request.path.iter().map(|name| shown(name)).collect(),
            requester: shown(&request.requester_name),
            submitted_at: rfc3339(request.submitted_at),
            spki_fingerprint: request.spki_fingerprint.to_string(),
            state,
            reason,
            key_on_this_computer: local_keys.contains(&request.spki_fingerprint),
        }
    }
}

impl From<KeySizeView> for KeySize {
    fn from(size: KeySizeView) -> Self {
        match size {
            KeySizeView::Rsa3072 => Self::Rsa3072,
            KeySizeView::Rsa4096 => Self::Rsa4096,
        }
    }
}
