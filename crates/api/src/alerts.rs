//! What somebody should do something about: `GET /scopes/{guid}/alerts`, `GET /scopes/{guid}/alerts/count`,
//! `GET /scopes/{guid}/alert-rules`, `PUT|DELETE /scopes/{guid}/alert-rules/{kind}`; the body of the alerts' webhook.

use std::fmt;
use std::str::FromStr;

use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, ScopeGuid};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

keyfold_core::uuid_newtype!(AlertId, "An alert, from when it is raised.");

/// More open alerts than this are not counted.
pub const MOST_COUNTED: u32 = 1000;
/// Most recipients of a rule.
pub const MOST_RECIPIENTS: usize = 20;
/// Most days that a rule names, and the last of them.
pub const MOST_DAYS: usize = 8;
/// See [`MOST_DAYS`].
pub const LAST_DAY: u16 = 1000;

/// What an alert is about; there is a rule for each.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertKind {
    /// An active Group Certificate ends soon. Over when another one took its place.
    CertificateExpires,
    /// An account's present key is not captured. Over when it is.
    KeyNotCaptured,
    /// Somebody used an Agent's credential that was revoked or superseded. Over when nobody did for a week.
    EndedCredentialUsed,
}

/// Something that somebody should do something about.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Grows with each change of any alert: what has a greater number changed later.
    pub number: u64,
    /// Which alert: the same from when it is raised until it is closed.
    pub id: AlertId,
    /// What it is about.
    pub kind: AlertKind,
    /// The certificate's scope, or the account's Group.
    pub scope: ScopeGuid,
    /// What that is called now.
    pub scope_name: String,
    /// Names from the platform's root down to where the scope lies.
    pub path: Vec<String>,
    /// The account that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What that is called now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// The certificate that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Fingerprint>,
    /// When the certificate ends; since when the key was seen not captured; when the credential was used first.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Which of the rule's days was reached last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<u16>,
    /// When it was raised.
    #[serde(with = "time::serde::rfc3339")]
    pub raised_at: OffsetDateTime,
    /// When its cause was gone; absent while it is open.
    #[serde(
        default,
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub closed_at: Option<OffsetDateTime>,
}

/// `GET /scopes/{guid}/alerts/count`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertCount {
    /// Open alerts at and below the scope; [`MOST_COUNTED`] stands for that many and more.
    pub open: u32,
}

/// When an alert of a kind is raised, and who is told by mail: `PUT /scopes/{guid}/alert-rules/{kind}`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRule {
    /// Whether alerts are raised at all.
    pub on: bool,
    /// Days at which it is raised, and told again: before a certificate ends, or after a key was first seen not
    /// captured. Empty for a kind that is raised at once.
    #[cfg_attr(feature = "schema", schema(max_items = 8))]
    pub days: Vec<u16>,
    /// Mail addresses.
    #[cfg_attr(feature = "schema", schema(max_items = 20))]
    pub recipients: Vec<String>,
}

/// The rule that holds for a scope, its own or the nearest one above it.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRuleInForce {
    /// For what.
    pub kind: AlertKind,
    /// What it says. Recipients that somebody beyond the asker's part of the tree named are left out.
    pub rule: AlertRule,
    /// Whose rule it is; absent where nobody set one, or somebody beyond the asker's part of the tree did.
    pub from: Option<ScopeGuid>,
}

/// `GET /scopes/{guid}/alert-rules`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRules {
    /// Whether this AccountServer sends mail at all.
    pub mail: bool,
    /// One of each kind.
    pub rules: Vec<AlertRuleInForce>,
}

/// A text that names no kind of alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such kind of alert; docs/SERVER.md lists them")]
pub struct UnknownAlertKind;

impl AlertKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::CertificateExpires,
        Self::KeyNotCaptured,
        Self::EndedCredentialUsed,
    ];

    /// Its name on the wire, in addresses and in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::CertificateExpires => "certificate-expires",
            Self::KeyNotCaptured => "key-not-captured",
            Self::EndedCredentialUsed => "ended-credential-used",
        }
    }

    /// The rule where nobody set one.
    #[must_use]
    pub fn usual_rule(self) -> AlertRule {
        let days: &[u16] = match self {
            Self::CertificateExpires => &[90, 30, 7, 1],
            Self::KeyNotCaptured => &[14],
            Self::EndedCredentialUsed => &[],
        };
        AlertRule {
            on: true,
            days: days.to_vec(),
            recipients: Vec::new(),
        }
    }

    /// Whether its rule names days.
    #[must_use]
    pub fn has_days(self) -> bool {
        !self.usual_rule().days.is_empty()
    }
}

impl fmt::Display for AlertKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl FromStr for AlertKind {
    type Err = UnknownAlertKind;

    fn from_str(code: &str) -> Result<Self, UnknownAlertKind> {
        let mut all = Self::ALL.iter().copied();
        all.find(|kind| kind.code() == code).ok_or(UnknownAlertKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_name() {
        for kind in AlertKind::ALL {
            assert_eq!(kind.code().parse(), Ok(*kind));
            let json = serde_json::to_string(kind).unwrap();
            assert_eq!(json, format!("\"{kind}\""));
        }
    }
}
