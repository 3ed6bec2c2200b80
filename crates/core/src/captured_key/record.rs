//! What lies inside a captured key: a JSON record of whose key it is, and the key.

use std::fmt;

use base64::Engine as _;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize, Serializer};
use time::{OffsetDateTime, UtcOffset};
use zeroize::Zeroizing;

use super::{CaptureError, OpenError, RecordField};
use crate::encryption_key::{EncryptionKey, NamedSecret};
use crate::fingerprint::Fingerprint;
use crate::id::{AccountId, KeyId, ScopeGuid};

/// The plaintext's length is a multiple of this, so that it tells little of the key's.
pub const PADDING_BYTES: usize = 512;

const VERSION: u32 = 1;

/// Room for everything but the secrets, and for a secret beside its name and value.
const RECORD_ROOM: usize = 512;
const SECRET_ROOM: usize = 32;

/// Whose key was captured, when, and to which certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureRecord {
    /// Whose backups the key encrypts.
    pub account: AccountId,
    /// The scope of the Group Certificate.
    pub scope: ScopeGuid,
    /// Which of the account's keys.
    pub key_id: KeyId,
    /// The Group Certificate.
    pub certificate: Fingerprint,
    /// When it was captured, whole seconds.
    pub captured_at: OffsetDateTime,
}

impl CaptureRecord {
    /// The first field in which the two differ.
    #[must_use]
    pub fn first_difference(&self, other: &Self) -> Option<RecordField> {
        [
            (RecordField::Account, self.account == other.account),
            (RecordField::Scope, self.scope == other.scope),
            (RecordField::KeyId, self.key_id == other.key_id),
            (
                RecordField::Certificate,
                self.certificate == other.certificate,
            ),
            (
                RecordField::CapturedAt,
                self.captured_at == other.captured_at,
            ),
        ]
        .into_iter()
        .find_map(|(field, same)| (!same).then_some(field))
    }
}

/// The plaintext: compact JSON, then spaces up to a multiple of [`PADDING_BYTES`].
pub(super) fn encode(
    record: &CaptureRecord,
    key: &EncryptionKey,
) -> Result<Zeroizing<Vec<u8>>, CaptureError> {
    let secrets: Vec<SecretEntry<'_>> = key.secrets().iter().map(SecretEntry).collect();
    let members = Members {
        version: VERSION,
        account: record.account,
        scope: record.scope,
        key_id: record.key_id,
        certificate: record.certificate,
        captured_at: record.captured_at.to_offset(UtcOffset::UTC),
        secrets,
    };
    // Enough room from the start: a vector that grows leaves copies of the key behind.
    let room = key.secrets().iter().fold(RECORD_ROOM, |room, secret| {
        room + SECRET_ROOM + secret.name().len() + secret.value().len().div_ceil(3) * 4
    });
    let room = room.next_multiple_of(PADDING_BYTES);
    let mut plaintext = Zeroizing::new(Vec::with_capacity(room));
    serde_json::to_writer(&mut *plaintext, &members).map_err(|_| CaptureError::Encoding)?;
    let padded = plaintext.len().next_multiple_of(PADDING_BYTES);
    debug_assert!(padded <= room, "the plaintext fits the room it was given");
    plaintext.resize(padded, b' ');
    Ok(plaintext)
}

/// Reads what [`encode`] wrote.
pub(super) fn decode(plaintext: &[u8]) -> Result<(CaptureRecord, EncryptionKey), OpenError> {
    let header: Header = serde_json::from_slice(plaintext).map_err(|_| OpenError::Malformed)?;
    if header.version > VERSION {
        return Err(OpenError::NewerVersion {
            version: header.version,
        });
    }
    if header.version < VERSION {
        return Err(OpenError::Malformed);
    }
    let members: Members<Vec<BorrowedSecret<'_>>> =
        serde_json::from_slice(plaintext).map_err(|_| OpenError::Malformed)?;
    let secrets = members
        .secrets
        .iter()
        .map(|secret| {
            let value = STANDARD
                .decode(secret.value)
                .map(Zeroizing::new)
                .map_err(|_| OpenError::Malformed)?;
            Ok(NamedSecret::new(secret.name, value)?)
        })
        .collect::<Result<_, OpenError>>()?;
    let record = CaptureRecord {
        account: members.account,
        scope: members.scope,
        key_id: members.key_id,
        certificate: members.certificate,
        captured_at: members.captured_at,
    };
    Ok((record, EncryptionKey::new(secrets)?))
}

/// The member that every version has.
#[derive(Deserialize)]
struct Header {
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Members<Secrets> {
    version: u32,
    account: AccountId,
    scope: ScopeGuid,
    key_id: KeyId,
    certificate: Fingerprint,
    #[serde(with = "time::serde::rfc3339")]
    captured_at: OffsetDateTime,
    secrets: Secrets,
}

/// Written straight into the plaintext, without a copy in between.
struct SecretEntry<'a>(&'a NamedSecret);

impl Serialize for SecretEntry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut entry = serializer.serialize_struct("SecretEntry", 2)?;
        entry.serialize_field("name", self.0.name())?;
        entry.serialize_field("value", &Base64(self.0.value()))?;
        entry.end()
    }
}

struct Base64<'a>(&'a [u8]);

impl fmt::Display for Base64<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Base64Display::new(self.0, &STANDARD).fmt(f)
    }
}

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Borrows from the plaintext, which is wiped; neither member may hold an escape.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BorrowedSecret<'a> {
    name: &'a str,
    value: &'a str,
}
