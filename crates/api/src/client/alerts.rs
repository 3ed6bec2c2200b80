//! Alerts, as a signed-in person sees them and sets their rules.

use keyfold_core::id::ScopeGuid;
use reqwest::Method;

use super::{ClientError, UserClient};
use crate::alerts::{AlertCount, AlertKind, AlertRule, AlertRules};

impl UserClient {
    /// `GET /scopes/{guid}/alerts/count`: how many are open at and below the scope.
    pub async fn alert_count(&self, scope: ScopeGuid) -> Result<AlertCount, ClientError> {
        self.get(&["scopes", &scope.to_string(), "alerts", "count"])
            .await
    }

    /// `GET /scopes/{guid}/alert-rules`.
    pub async fn alert_rules(&self, scope: ScopeGuid) -> Result<AlertRules, ClientError> {
        self.get(&["scopes", &scope.to_string(), "alert-rules"])
            .await
    }

    /// `PUT /scopes/{guid}/alert-rules/{kind}`: the scope's own rule.
    pub async fn change_alert_rule(
        &self,
        scope: ScopeGuid,
        kind: AlertKind,
        rule: &AlertRule,
    ) -> Result<AlertRules, ClientError> {
        self.send(
            Method::PUT,
            &["scopes", &scope.to_string(), "alert-rules", kind.code()],
            rule,
        )
        .await
    }

    /// `DELETE /scopes/{guid}/alert-rules/{kind}`: the one from above holds again.
    pub async fn inherit_alert_rule(
        &self,
        scope: ScopeGuid,
        kind: AlertKind,
    ) -> Result<(), ClientError> {
        let scope = scope.to_string();
        self.delete(&["scopes", &scope, "alert-rules", kind.code()])
            .await
    }
}
