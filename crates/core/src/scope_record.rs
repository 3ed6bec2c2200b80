//! `scope.json`: what a certificate folder says about its Group or Collection.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::OffsetDateTime;

use crate::fingerprint::Fingerprint;
use crate::id::{ScopeGuid, ScopeKind};
use crate::x509::name::is_readable;

/// Largest `scope.json`, in bytes.
pub const MAX_FILE_BYTES: usize = 64 * 1024;

/// Longest name of a scope or of one above it, in characters.
pub const MAX_NAME_CHARS: usize = 256;

/// Most scopes above one scope.
pub const MAX_DEPTH: usize = 64;

/// Longest platform address, in bytes.
pub const MAX_PLATFORM_BYTES: usize = 2048;

const MAGIC: &str = "keyfold-scope";
const VERSION: u32 = 1;

/// What was known of a scope when its certificate was requested.
///
/// For people only: the scope's GUID alone identifies it, and the Group Certificate alone proves anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeRecord {
    /// The Group or Collection; the folder has the same name.
    pub scope: ScopeGuid,
    /// Which of the two.
    pub kind: ScopeKind,
    /// Its name then.
    pub name: String,
    /// The names of the Collections above it then, outermost first.
    pub path: Vec<String>,
    /// The AccountServer's address, `https://…`.
    pub platform: String,
    /// The Authority's root certificate.
    pub authority: Fingerprint,
    /// When the certificate was requested, whole seconds.
    pub requested_at: OffsetDateTime,
}

impl ScopeRecord {
    /// Reads a `scope.json`.
    pub fn from_json(file: &[u8]) -> Result<Self, ScopeRecordError> {
        if file.len() > MAX_FILE_BYTES {
            return Err(ScopeRecordError::TooLarge);
        }
        let header: Header =
            serde_json::from_slice(file).map_err(|_| ScopeRecordError::Malformed)?;
        if header.magic != MAGIC {
            return Err(ScopeRecordError::NotAScopeRecord);
        }
        if header.version > VERSION {
            return Err(ScopeRecordError::NewerVersion {
                version: header.version,
            });
        }
        if header.version < VERSION {
            return Err(ScopeRecordError::Malformed);
        }
        let File {
            scope,
            kind,
            name,
            path,
            platform,
            authority,
            requested_at,
            ..
        } = serde_json::from_slice(file).map_err(|_| ScopeRecordError::Malformed)?;
        let record = Self {
            scope,
            kind,
            name,
            path,
            platform,
            authority,
            requested_at,
        };
        record.check()?;
        Ok(record)
    }

    /// Writes a `scope.json`, indented, with a line feed at the end.
    pub fn to_json(&self) -> Result<Vec<u8>, ScopeRecordError> {
        self.check()?;
        let file = File {
            magic: MAGIC.to_owned(),
            version: VERSION,
            scope: self.scope,
            kind: self.kind,
            name: self.name.clone(),
            path: self.path.clone(),
            platform: self.platform.clone(),
            authority: self.authority,
            requested_at: self.requested_at.to_offset(time::UtcOffset::UTC),
        };
        let mut json = serde_json::to_vec_pretty(&file).map_err(|_| ScopeRecordError::Malformed)?;
        json.push(b'\n');
        Ok(json)
    }

    fn check(&self) -> Result<(), ScopeRecordError> {
        if !is_name(&self.name) || !self.path.iter().all(|name| is_name(name)) {
            return Err(ScopeRecordError::BadName);
        }
        if self.path.len() > MAX_DEPTH {
            return Err(ScopeRecordError::TooDeep);
        }
        let address = self.platform.strip_prefix("https://").unwrap_or_default();
        if address.is_empty()
            || self.platform.len() > MAX_PLATFORM_BYTES
            || !self.platform.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Err(ScopeRecordError::BadPlatform);
        }
        if self.requested_at.nanosecond() != 0 || !(1970..=9999).contains(&self.requested_at.year())
        {
            return Err(ScopeRecordError::BadTime);
        }
        Ok(())
    }
}

/// Why a `scope.json` was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ScopeRecordError {
    /// More than [`MAX_FILE_BYTES`].
    #[error("scope.json is larger than {MAX_FILE_BYTES} bytes; copy the folder again")]
    TooLarge,
    /// Not JSON, or a member is missing, unknown, twice there or of the wrong form.
    #[error("scope.json is damaged; copy the folder again")]
    Malformed,
    /// JSON, but the magic is another.
    #[error("scope.json was not written by Keyfold; copy the folder again")]
    NotAScopeRecord,
    /// Its version is above what this program knows.
    #[error("scope.json has version {version}, made by a newer Keyfold; update this one")]
    NewerVersion {
        /// The version found.
        version: u32,
    },
    /// A name is blank, longer than [`MAX_NAME_CHARS`] or has control or invisible characters.
    #[error("a name in scope.json is blank, too long or has invisible characters; correct it")]
    BadName,
    /// More than [`MAX_DEPTH`] scopes above it.
    #[error("the path in scope.json has more than {MAX_DEPTH} names; correct it")]
    TooDeep,
    /// The platform is no `https://` address.
    #[error("the platform in scope.json is not an https:// address; correct it")]
    BadPlatform,
    /// The time has fractions of a second or lies outside the years 1970 to 9999.
    #[error("the time in scope.json is not in whole seconds of the years 1970 to 9999; correct it")]
    BadTime,
}

impl ScopeRecordError {
    /// A stable name for this refusal.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "scope-record-too-large",
            Self::Malformed => "scope-record-malformed",
            Self::NotAScopeRecord => "scope-record-wrong-magic",
            Self::NewerVersion { .. } => "scope-record-newer-version",
            Self::BadName => "scope-record-bad-name",
            Self::TooDeep => "scope-record-too-deep",
            Self::BadPlatform => "scope-record-bad-platform",
            Self::BadTime => "scope-record-bad-time",
        }
    }
}

/// The members that every version has.
#[derive(Deserialize)]
struct Header {
    magic: String,
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    magic: String,
    version: u32,
    scope: ScopeGuid,
    kind: ScopeKind,
    name: String,
    path: Vec<String>,
    platform: String,
    authority: Fingerprint,
    #[serde(with = "time::serde::rfc3339")]
    requested_at: OffsetDateTime,
}

fn is_name(name: &str) -> bool {
    is_readable(name) && name.chars().count() <= MAX_NAME_CHARS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record() -> ScopeRecord {
        ScopeRecord {
            scope: "6f9619ff-8b86-4011-b42d-00cf4fc964ff".parse().unwrap(),
            kind: ScopeKind::Group,
            name: "Surgery, Utrecht".to_owned(),
            path: vec!["Sint Maarten".to_owned(), "Utrecht".to_owned()],
            platform: "https://backup.example:7443".to_owned(),
            authority: Fingerprint::of(b"root"),
            requested_at: OffsetDateTime::from_unix_timestamp(1_795_000_000).unwrap(),
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_written() {
        let refusal = |change: fn(&mut ScopeRecord)| {
            let mut record = record();
            change(&mut record);
            record.to_json().err()
        };
        assert_eq!(
            refusal(|r| r.name = " ".to_owned()),
            Some(ScopeRecordError::BadName)
        );
        assert_eq!(
            refusal(|r| r.name = "a\u{0}b".to_owned()),
            Some(ScopeRecordError::BadName)
        );
        assert_eq!(
            refusal(|r| r.path = vec!["x".to_owned(); 65]),
            Some(ScopeRecordError::TooDeep)
        );
        assert_eq!(
            refusal(|r| r.platform = "http://x".to_owned()),
            Some(ScopeRecordError::BadPlatform)
        );
        assert_eq!(
            refusal(|r| r.platform = "https://".to_owned()),
            Some(ScopeRecordError::BadPlatform)
        );
        assert_eq!(
            refusal(|r| r.requested_at += time::Duration::NANOSECOND),
            Some(ScopeRecordError::BadTime)
        );
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            name in "[^\\p{C}\\p{Z}][^\\p{C}\\p{Zl}\\p{Zp}]{0,80}",
            path in proptest::collection::vec("[^\\p{C}\\p{Z}][^\\p{C}\\p{Zl}\\p{Zp}]{0,20}", 0..6),
            collection: bool,
            seconds in 0_i64..253_402_300_800,
        ) {
            let record = ScopeRecord {
                kind: if collection { ScopeKind::Collection } else { ScopeKind::Group },
                name,
                path,
                requested_at: OffsetDateTime::from_unix_timestamp(seconds).unwrap(),
                ..record()
            };
            prop_assert_eq!(ScopeRecord::from_json(&record.to_json().unwrap()).unwrap(), record);
        }

        #[test]
        fn rubbish_is_refused_without_a_panic(file: Vec<u8>) {
            prop_assert!(ScopeRecord::from_json(&file).is_err());
        }
    }
}
