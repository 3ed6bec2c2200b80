//! What is done with the repositories of accounts in a scope while their machines may be off.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use keyfold_api::audit::{Act, Action};
use keyfold_api::jobs::{JobKind, JobRules, ScopeJobRules};
use keyfold_core::id::ScopeGuid;

use crate::access;
use crate::audit::Asked;
use crate::body::Json;
use crate::caller::{May, Named};
use crate::refusal::Refusal;
use crate::rights::{ManageJobs, SeeAccounts};
use crate::state::{Platform, Shared};
use crate::store::JobRulesRow;

/// The rules of a scope, and those in force in it.
#[utoipa::path(
    get,
    path = "/scopes/{guid}/job-rules",
    operation_id = "show_job_rules",
    tag = "jobs",
    security(("session" = ["SeeAccounts"])),
    params(("guid" = ScopeGuid, Path)),
    responses((status = 200, description = "The rules.", body = ScopeJobRules)),
)]
pub(super) async fn show(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeAccounts>,
    Named(scope): Named<ScopeGuid>,
) -> Result<Answer<ScopeJobRules>, Refusal> {
    access::scope(&platform, &user, scope).await?;
    view(&platform, scope).await.map(Answer)
}

/// Gives a scope rules of its own, in place of those it had or inherits.
#[utoipa::path(
    put,
    path = "/scopes/{guid}/job-rules",
    operation_id = "change_job_rules",
    tag = "jobs",
    security(("session" = ["ManageJobs"])),
    params(("guid" = ScopeGuid, Path)),
    request_body = JobRules,
    responses((status = 200, description = "Changed.", body = ScopeJobRules)),
    extensions(("x-problems" = json!(["job-rules-refused"]))),
)]
pub(super) async fn change(
    State(platform): State<Shared>,
    May { user, .. }: May<ManageJobs>,
    asked: Asked,
    Named(scope): Named<ScopeGuid>,
    Json(rules): Json<JobRules>,
) -> Result<Answer<ScopeJobRules>, Refusal> {
    let seen = access::scope(&platform, &user, scope).await?;
    if !rules.are_plausible() {
        return Err(Refusal::JobRules);
    }
    let act = asked
        .by(&user, Action::ChangeJobRules)
        .scope(scope)
        .named(seen.name());
    let act = described(act, &rules);
    let row = JobRulesRow { scope, rules };
    platform.store.change_job_rules(&row, &act).await?;
    tracing::info!(%scope, user = user.name, "job rules changed");
    view(&platform, scope).await.map(Answer)
}

/// Takes a scope's own rules away, so that it inherits again.
#[utoipa::path(
    delete,
    path = "/scopes/{guid}/job-rules",
    operation_id = "delete_job_rules",
    tag = "jobs",
    security(("session" = ["ManageJobs"])),
    params(("guid" = ScopeGuid, Path)),
    responses((status = 204, description = "It inherits.")),
)]
pub(super) async fn delete(
    State(platform): State<Shared>,
    May { user, .. }: May<ManageJobs>,
    asked: Asked,
    Named(scope): Named<ScopeGuid>,
) -> Result<StatusCode, Refusal> {
    let seen = access::scope(&platform, &user, scope).await?;
    let act = asked
        .by(&user, Action::DeleteJobRules)
        .scope(scope)
        .named(seen.name());
    platform.store.delete_job_rules(scope, &act).await?;
    tracing::info!(%scope, user = user.name, "job rules deleted");
    Ok(StatusCode::NO_CONTENT)
}

async fn view(platform: &Platform, scope: ScopeGuid) -> Result<ScopeJobRules, Refusal> {
    let own = platform.store.job_rules_of(scope).await?;
    let in_force = platform.store.job_rules_in_force(scope).await?;
    let from = in_force.as_ref().map(|row| row.scope);
    let lineage = platform.store.lineage(scope).await?;
    let named = lineage.into_iter().find(|above| Some(above.guid) == from);
    Ok(ScopeJobRules {
        own,
        from_scope: from,
        from_name: named.map(|scope| scope.name),
        in_force: in_force.map(|row| row.rules),
    })
}

/// The act with all that the rules say.
fn described(mut act: Act, rules: &JobRules) -> Act {
    for kind in JobKind::ALL {
        if let Some(hours) = rules.every_hours(kind) {
            let name = format!("{}_every_hours", kind.name().replace('-', "_"));
            act = act.with(&name, hours);
        }
    }
    if let Some(check) = rules.check {
        act = act.with("check_read_percent", check.read_percent);
    }
    if let Some(roll_up) = rules.roll_up {
        for (name, number) in roll_up.keep.named() {
            act = act.with(&format!("keep_{name}"), number);
        }
    }
    act
}
