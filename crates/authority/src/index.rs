//! What the Authority issued and revoked.

use std::fmt;
use std::str::FromStr;

use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use x509_cert::ext::pkix::CrlReason;

pub(crate) const VERSION: u32 = 1;

/// The content of `index.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Index {
    pub(crate) version: u32,
    pub(crate) crl_number: u64,
    pub(crate) issued: Vec<Issued>,
}

/// A certificate that the Authority issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// The serial number in hexadecimal.
    pub serial: String,
    /// What it was issued for.
    #[serde(flatten)]
    pub issued_for: IssuedFor,
    /// The name in it.
    pub name: String,
    /// SHA-256 of the certificate.
    pub fingerprint: Fingerprint,
    /// When it was issued.
    #[serde(with = "time::serde::rfc3339")]
    pub issued_at: OffsetDateTime,
    /// Until when it is valid.
    #[serde(with = "time::serde::rfc3339")]
    pub not_after: OffsetDateTime,
    /// Whether it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revocation>,
}

/// What a certificate was issued for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum IssuedFor {
    /// A Group Certificate.
    Scope {
        /// The Group or Collection.
        scope: ScopeGuid,
    },
    /// The AccountServer's TLS server certificate.
    Tls,
    /// The AccountServer's capture-signing certificate.
    CaptureSigning,
}

/// That a certificate was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Why.
    pub reason: RevocationReason,
}

/// Why a certificate is revoked (RFC 5280 section 5.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationReason {
    /// No reason is given.
    #[default]
    Unspecified,
    /// The private key, or its passphrase, is in wrong hands.
    KeyCompromise,
    /// The admin left, or the group changed.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// It is needed no longer.
    CessationOfOperation,
}

impl RevocationReason {
    /// Every reason, in the order of RFC 5280.
    pub const ALL: [Self; 5] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
    ];

    /// The entry extension that says it; an unspecified reason is left out (RFC 5280 section 5.3.1).
    pub(crate) const fn entry(self) -> Option<CrlReason> {
        match self {
            Self::Unspecified => None,
            Self::KeyCompromise => Some(CrlReason::KeyCompromise),
            Self::AffiliationChanged => Some(CrlReason::AffiliationChanged),
            Self::Superseded => Some(CrlReason::Superseded),
            Self::CessationOfOperation => Some(CrlReason::CessationOfOperation),
        }
    }
}

impl fmt::Display for RevocationReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "key-compromise",
            Self::AffiliationChanged => "affiliation-changed",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation-of-operation",
        })
    }
}

impl FromStr for RevocationReason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.to_string() == text)
            .ok_or_else(|| {
                let all = Self::ALL.map(|reason| reason.to_string()).join(", ");
                format!("unknown reason; choose one of {all}")
            })
    }
}
