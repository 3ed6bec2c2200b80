//! Alerts.

use keyfold_api::pages::{Cursor, PageQuery};

use super::{Console, parse};
use crate::error::CommandError;
use crate::view::alerts::{AlertKindView, AlertRuleView, AlertRulesView, AlertsView};

/// Alerts on a page.
const PAGE: u16 = 200;

impl Console {
    /// Open alerts about a scope and all below it: the first page, or the one that begins at `from`.
    pub async fn alerts(
        &self,
        scope: &str,
        from: Option<String>,
    ) -> Result<AlertsView, CommandError> {
        let guid = parse(scope)?;
        let page = PageQuery {
            limit: Some(PAGE),
            cursor: from.map(Cursor::new),
        };
        let user = self.user()?;
        let page = self.answered(user.alerts(guid, page).await)?;
        Ok(AlertsView::new(&page, self.now()))
    }

    /// How many there are; 1000 stands for that many and more.
    pub async fn alert_count(&self, scope: &str) -> Result<u32, CommandError> {
        let guid = parse(scope)?;
        let user = self.user()?;
        Ok(self.answered(user.alert_count(guid).await)?.open)
    }

    /// The rules that hold for a scope.
    pub async fn alert_rules(&self, scope: &str) -> Result<AlertRulesView, CommandError> {
        let guid = parse(scope)?;
        let user = self.user()?;
        Ok(self.answered(user.alert_rules(guid).await)?.into())
    }

    /// Sets the scope's own rule of a kind; without one, that from above holds again.
    pub async fn change_alert_rule(
        &self,
        scope: &str,
        kind: AlertKindView,
        rule: Option<AlertRuleView>,
    ) -> Result<AlertRulesView, CommandError> {
        let guid = parse(scope)?;
        let user = self.user()?;
        let changed = if let Some(rule) = rule {
            user.change_alert_rule(guid, kind.into(), &rule.into())
                .await
        } else {
            self.answered(user.inherit_alert_rule(guid, kind.into()).await)?;
            user.alert_rules(guid).await
        };
        Ok(self.answered(changed)?.into())
    }
}
