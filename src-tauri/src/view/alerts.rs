//! Alerts and their rules.

use keyfold_api::alerts::{Alert, AlertKind, AlertRule, AlertRuleInForce, AlertRules};
use keyfold_api::pages::Page;
use serde::{Deserialize, Serialize};
use specta::Type;
use time::OffsetDateTime;

use super::names::shown;
use super::{days_left, rfc3339};

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum AlertKindView {
    /// An active Group Certificate ends soon, or has ended.
    CertificateExpires,
    /// An account's present key is not captured.
    KeyNotCaptured,
    /// Somebody used an Agent's credential that had ended.
    EndedCredentialUsed,
}

/// Something that somebody should do something about.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AlertView {
    /// Which.
    pub id: String,
    /// What it is about.
    pub kind: AlertKindView,
    /// The certificate's scope, or the account's Group.
    pub scope: String,
    /// Its name.
    pub scope_name: String,
    /// Names from the root down to its parent.
    pub path: Vec<String>,
    /// The account.
    pub account: Option<String>,
    /// Its name.
    pub account_name: Option<String>,
    /// When the certificate ends; since when the key was seen not captured; when the credential was used first.
    pub at: String,
    /// Whole days from now until then; negative when it is past.
    pub days_left: i32,
    /// When it was raised.
    pub raised_at: String,
}

/// A page of open alerts.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AlertsView {
    /// What changed last first.
    pub alerts: Vec<AlertView>,
    /// Where the next page begins; none on the last one.
    pub next: Option<String>,
}

/// What a rule says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AlertRuleView {
    /// Whether alerts are raised at all.
    pub on: bool,
    /// Days at which it is raised; empty for a kind that is raised at once.
    pub days: Vec<u16>,
    /// Mail addresses.
    pub recipients: Vec<String>,
}

/// The rule that holds for a scope.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AlertRuleInForceView {
    /// For what.
    pub kind: AlertKindView,
    /// What it says.
    pub rule: AlertRuleView,
    /// Whose rule it is; none where nobody set one, or somebody did whom the user does not see.
    pub from: Option<String>,
}

/// The rules that hold for a scope.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AlertRulesView {
    /// Whether the platform sends mail at all.
    pub mail: bool,
    /// One of each kind.
    pub rules: Vec<AlertRuleInForceView>,
}

impl AlertView {
    /// The alert as it stands at `now`.
    #[must_use]
    pub fn new(alert: &Alert, now: OffsetDateTime) -> Self {
        Self {
            id: alert.id.to_string(),
            kind: alert.kind.into(),
            scope: alert.scope.to_string(),
            scope_name: shown(&alert.scope_name),
            path: alert.path.iter().map(|name| shown(name)).collect(),
            account: alert.account.map(|account| account.to_string()),
            account_name: alert.account_name.as_deref().map(shown),
            at: rfc3339(alert.at),
            days_left: days_left(alert.at, now),
            raised_at: rfc3339(alert.raised_at),
        }
    }
}

impl AlertsView {
    /// The page as it stands at `now`.
    #[must_use]
    pub fn new(page: &Page<Alert>, now: OffsetDateTime) -> Self {
        let alerts = page.items.iter();
        Self {
            alerts: alerts.map(|alert| AlertView::new(alert, now)).collect(),
            next: page.next.as_ref().map(|next| next.as_str().to_owned()),
        }
    }
}

impl From<AlertKind> for AlertKindView {
    fn from(kind: AlertKind) -> Self {
        match kind {
            AlertKind::CertificateExpires => Self::CertificateExpires,
            AlertKind::KeyNotCaptured => Self::KeyNotCaptured,
            AlertKind::EndedCredentialUsed => Self::EndedCredentialUsed,
        }
    }
}

impl From<AlertKindView> for AlertKind {
    fn from(kind: AlertKindView) -> Self {
        match kind {
            AlertKindView::CertificateExpires => Self::CertificateExpires,
            AlertKindView::KeyNotCaptured => Self::KeyNotCaptured,
            AlertKindView::EndedCredentialUsed => Self::EndedCredentialUsed,
        }
    }
}

impl From<AlertRuleView> for AlertRule {
    fn from(rule: AlertRuleView) -> Self {
        Self {
            on: rule.on,
            days: rule.days,
            recipients: rule.recipients,
        }
    }
}

impl From<AlertRuleInForce> for AlertRuleInForceView {
    fn from(in_force: AlertRuleInForce) -> Self {
        let rule = in_force.rule;
        Self {
            kind: in_force.kind.into(),
            rule: AlertRuleView {
                on: rule.on,
                days: rule.days,
                recipients: rule
                    .recipients
                    .iter()
                    .map(|address| shown(address))
                    .collect(),
            },
            from: in_force.from.map(|scope| scope.to_string()),
        }
    }
}

impl From<AlertRules> for AlertRulesView {
    fn from(rules: AlertRules) -> Self {
        Self {
            mail: rules.mail,
            rules: rules.rules.into_iter().map(Into::into).collect(),
        }
    }
}
