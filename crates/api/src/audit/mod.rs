//! The audit log, `GET /audit`: what an entry says, in the order in which it is hashed (docs/FORMATS.md, "Audit log").

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::{AccountId, ScopeGuid};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::captured_keys::CapturedKeyId;
use crate::requests::RequestId;

mod action;

pub use action::Action;

/// One act: who did what, when, to what, and how it ended.
///
/// The order of the fields is the order in which they are written and hashed; a field that says nothing is left out.
/// A new field goes before `detail`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// When, whole seconds, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub by: By,
    /// The network address they asked from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
    pub from: Option<IpAddr>,
    /// What.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// In or to which scope. For an account, its Group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeGuid>,
    /// Where that lies or, for a move, lay before: whoever may read about this scope may read the entry too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<ScopeGuid>,
    /// To which account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Which captured key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_key: Option<CapturedKeyId>,
    /// Which request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// Which certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Fingerprint>,
    /// To which user (sign-in name).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What it was called then: the entry outlives what it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Why: the person's own words, or the code of the refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How many times more, within a minute of the first: repeated denials are counted, not written one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<u32>,
    /// Whatever else belongs to this action, in the order of the names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub detail: BTreeMap<String, String>,
}

/// Who acted. Written `user:<name>`, `agent:<account>`, `command-line`, `system`, `nobody`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum By {
    /// A signed-in person, by sign-in name.
    User(String),
    /// The Agent of an account.
    Agent(AccountId),
    /// Whoever ran `keyfold-server` on the machine itself.
    CommandLine,
    /// The AccountServer, by itself.
    System,
    /// Somebody who had not proved who they are.
    Nobody,
}

/// How an act ended.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was done; the entry is stored together with it.
    Done,
    /// It was refused.
    Denied,
}

/// An entry of the log.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its place in the log: 1, 2, 3, … without gaps.
    pub number: u64,
    /// What happened.
    #[serde(flatten)]
    pub act: Act,
    /// SHA-256 over the hash of the entry before and this one: pins everything up to here.
    pub hash: Fingerprint,
}

/// Which entries are wanted: the query of `GET /audit`, beside that of the page.
#[cfg_attr(
    feature = "schema",
    derive(utoipa::IntoParams),
    into_params(parameter_in = Query)
)]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// Only this action; none of another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Only what this user did, or what was done to them (sign-in name).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Only what concerns this account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
}

/// A text that names nobody who could act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is not who acted; write user:<name>, agent:<account>, command-line, system or nobody"
)]
pub struct InvalidBy;

impl Act {
    /// Something that was done. What it was done to is added with the methods below.
    #[must_use]
    pub fn new(at: OffsetDateTime, by: By, action: Action) -> Self {
        Self {
            at,
            by,
            from: None,
            action,
            outcome: Outcome::Done,
            scope: None,
            within: None,
            account: None,
            captured_key: None,
            request: None,
            certificate: None,
            user: None,
            name: None,
            why: None,
            repeats: None,
            detail: BTreeMap::new(),
        }
    }

    /// It was refused, and why: a code of problem details.
    #[must_use]
    pub fn denied(mut self, why: &str) -> Self {
        self.outcome = Outcome::Denied;
        self.why(why)
    }

    /// The scope it concerns; for an account, its Group.
    #[must_use]
    pub fn scope(mut self, scope: ScopeGuid) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Where `scope` lies, or lay before.
    #[must_use]
    pub fn within(mut self, place: ScopeGuid) -> Self {
        self.within = Some(place);
        self
    }

    /// The account it concerns.
    #[must_use]
    pub fn account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// The captured key it concerns.
    #[must_use]
    pub fn captured_key(mut self, captured_key: CapturedKeyId) -> Self {
        self.captured_key = Some(captured_key);
        self
    }

    /// The request it concerns.
    #[must_use]
    pub fn request(mut self, request: RequestId) -> Self {
        self.request = Some(request);
        self
    }

    /// The certificate it concerns.
    #[must_use]
    pub fn certificate(mut self, certificate: Fingerprint) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// The user it concerns, by sign-in name.
    #[must_use]
    pub fn user(mut self, name: &str) -> Self {
        self.user = Some(name.to_owned());
        self
    }

    /// What the thing it concerns is called now.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// The reason that was given.
    #[must_use]
    pub fn why(mut self, why: &str) -> Self {
        self.why = Some(why.to_owned());
        self
    }

    /// Something else that belongs to this action, under a name in snake case. Never a secret.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.detail.insert(name.to_owned(), value.to_string());
        self
    }
}

impl fmt::Display for By {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(name) => write!(formatter, "user:{name}"),
            Self::Agent(account) => write!(formatter, "agent:{account}"),
            Self::CommandLine => formatter.write_str("command-line"),
            Self::System => formatter.write_str("system"),
            Self::Nobody => formatter.write_str("nobody"),
        }
    }
}

impl FromStr for By {
    type Err = InvalidBy;

    fn from_str(text: &str) -> Result<Self, InvalidBy> {
        if let Some(name) = text.strip_prefix("user:") {
            return Ok(Self::User(name.to_owned()));
        }
        if let Some(account) = text.strip_prefix("agent:") {
            return account.parse().map(Self::Agent).map_err(|_| InvalidBy);
        }
        match text {
            "command-line" => Ok(Self::CommandLine),
            "system" => Ok(Self::System),
            "nobody" => Ok(Self::Nobody),
            _ => Err(InvalidBy),
        }
    }
}

impl TryFrom<String> for By {
    type Error = InvalidBy;

    fn try_from(text: String) -> Result<Self, InvalidBy> {
        text.parse()
    }
}

impl From<By> for String {
    fn from(by: By) -> Self {
        by.to_string()
    }
}
