//! Alerts of a scope and everything below it, and the rules by which they are raised.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use keyfold_api::alerts::{
    Alert, AlertCount, AlertKind, AlertRule, AlertRuleInForce, AlertRules, MOST_COUNTED,
};
use keyfold_api::audit::Action;
use keyfold_api::pages::{Page, PageQuery};
use keyfold_core::id::ScopeGuid;

use crate::access::{self, Seen};
use crate::alerts;
use crate::audit::Asked;
use crate::body::Json;
use crate::caller::{May, Named, NamedWithin};
use crate::paging::{Paging, page};
use crate::refusal::Refusal;
use crate::rights::{ChangeAlertRules, SeeReports};
use crate::state::{Platform, Shared};
use crate::store::{AlertRuleRow, Part};

/// Open alerts about the scope and everything below it, what changed last first.
#[utoipa::path(
    get,
    path = "/scopes/{guid}/alerts",
    operation_id = "list_alerts",
    tag = "alerts",
    security(("session" = ["SeeReports"])),
    params(("guid" = ScopeGuid, Path), PageQuery),
    responses((status = 200, description = "The alerts.", body = Page<Alert>)),
)]
pub(super) async fn list(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeReports>,
    Named(scope): Named<ScopeGuid>,
    paging: Paging,
) -> Result<Answer<Page<Alert>>, Refusal> {
    access::scope(&platform, &user, scope).await?;
    let part = platform.store.alerts_of(scope, paging.slice()?).await?;
    let part = Part {
        rows: alerts::views(&platform, part.rows).await?,
        next: part.next,
    };
    page(part, |alert| alert).map(Answer)
}

/// How many alerts are open about the scope and everything below it.
#[utoipa::path(
    get,
    path = "/scopes/{guid}/alerts/count",
    operation_id = "count_alerts",
    tag = "alerts",
    security(("session" = ["SeeReports"])),
    params(("guid" = ScopeGuid, Path)),
    responses((status = 200, description = "The number.", body = AlertCount)),
)]
pub(super) async fn count(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeReports>,
    Named(scope): Named<ScopeGuid>,
) -> Result<Answer<AlertCount>, Refusal> {
    access::scope(&platform, &user, scope).await?;
    let open = platform.store.count_alerts(scope, MOST_COUNTED).await?;
    Ok(Answer(AlertCount { open }))
}

/// The rules that hold for the scope, one of each kind.
#[utoipa::path(
    get,
    path = "/scopes/{guid}/alert-rules",
    operation_id = "show_alert_rules",
    tag = "alerts",
    security(("session" = ["SeeReports"])),
    params(("guid" = ScopeGuid, Path)),
    responses((status = 200, description = "The rules.", body = AlertRules)),
)]
pub(super) async fn rules(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeReports>,
    Named(scope): Named<ScopeGuid>,
) -> Result<Answer<AlertRules>, Refusal> {
    let seen = access::scope(&platform, &user, scope).await?;
    in_force(&platform, &seen, user.scope, scope).await
}

/// Sets the scope's own rule of a kind; it holds for everything below that has none.
#[utoipa::path(
    put,
    path = "/scopes/{guid}/alert-rules/{kind}",
    operation_id = "change_alert_rule",
    tag = "alerts",
    security(("session" = ["ChangeAlertRules"])),
    params(("guid" = ScopeGuid, Path), ("kind" = AlertKind, Path)),
    request_body = AlertRule,
    responses((status = 200, description = "The rules that hold now.", body = AlertRules)),
    extensions(("x-problems" = json!(["alert-rule-refused"]))),
)]
pub(super) async fn change_rule(
    State(platform): State<Shared>,
    May { user, .. }: May<ChangeAlertRules>,
    asked: Asked,
    NamedWithin(scope, kind): NamedWithin<ScopeGuid, AlertKind>,
    Json(rule): Json<AlertRule>,
) -> Result<Answer<AlertRules>, Refusal> {
    let seen = access::scope(&platform, &user, scope).await?;
    let rule = alerts::check(kind, &rule)?;
    let act = asked.by(&user, Action::ChangeAlertRule).scope(scope);
    let act = alerts::described(act, kind, Some(&rule));
    platform
        .store
        .change_alert_rule(scope, kind, Some(&rule), &act)
        .await?;
    in_force(&platform, &seen, user.scope, scope).await
}

/// Takes the scope's own rule of a kind away: the one from above holds again.
#[utoipa::path(
    delete,
    path = "/scopes/{guid}/alert-rules/{kind}",
    operation_id = "inherit_alert_rule",
    tag = "alerts",
    security(("session" = ["ChangeAlertRules"])),
    params(("guid" = ScopeGuid, Path), ("kind" = AlertKind, Path)),
    responses((status = 204, description = "Inherited.")),
)]
pub(super) async fn inherit_rule(
    State(platform): State<Shared>,
    May { user, .. }: May<ChangeAlertRules>,
    asked: Asked,
    NamedWithin(scope, kind): NamedWithin<ScopeGuid, AlertKind>,
) -> Result<StatusCode, Refusal> {
    access::scope(&platform, &user, scope).await?;
    let act = asked.by(&user, Action::ChangeAlertRule).scope(scope);
    let act = alerts::described(act, kind, None);
    platform
        .store
        .change_alert_rule(scope, kind, None, &act)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rules of a scope, as somebody may see them whose part of the tree begins at `top`.
async fn in_force(
    platform: &Platform,
    seen: &Seen,
    top: ScopeGuid,
    scope: ScopeGuid,
) -> Result<Answer<AlertRules>, Refusal> {
    let above = platform.store.alert_rules_above(scope).await?;
    let lineage = seen.lineage().iter().map(|scope| scope.guid);
    let visible: Vec<ScopeGuid> = lineage.skip_while(|guid| *guid != top).collect();
    let rule_of = |kind: &AlertKind| {
        let nearest = above.iter().find(|row| row.kind == *kind);
        shown(*kind, nearest, &visible)
    };
    Ok(Answer(AlertRules {
        mail: platform.mail.is_some(),
        rules: AlertKind::ALL.iter().map(rule_of).collect(),
    }))
}

fn shown(
    kind: AlertKind,
    nearest: Option<&AlertRuleRow>,
    visible: &[ScopeGuid],
) -> AlertRuleInForce {
    let mut rule = nearest.map_or_else(|| kind.usual_rule(), |row| row.rule.clone());
    let from = nearest.map(|row| row.scope);
    let from = from.filter(|scope| visible.contains(scope));
    if from.is_none() {
        rule.recipients.clear();
    }
    AlertRuleInForce { kind, rule, from }
}
