//! What would be lost, and what protects: coverage, and the report *Group Certificates Active*.

use axum::Json as Answer;
use axum::extract::State;
use keyfold_api::pages::{Page, PageQuery};
use keyfold_api::scopes::{ActiveCertificateRow, Coverage};
use keyfold_core::id::ScopeGuid;

use crate::caller::{May, Named};
use crate::paging::{Paging, page};
use crate::refusal::Refusal;
use crate::rights::SeeReports;
use crate::state::Shared;
use crate::store::Uncaptured;
use crate::{access, active_certificates};

/// What would be lost if a machine below this scope were lost now.
#[utoipa::path(
    get,
    path = "/scopes/{guid}/coverage",
    operation_id = "show_coverage",
    tag = "reports",
    security(("session" = ["SeeReports"])),
    params(("guid" = ScopeGuid, Path)),
    responses((status = 200, description = "Numbers of accounts.", body = Coverage)),
)]
pub(super) async fn coverage(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeReports>,
    Named(scope): Named<ScopeGuid>,
) -> Result<Answer<Coverage>, Refusal> {
    access::scope(&platform, &user, scope).await?;
    let stored = platform.store.population(scope).await?;
    let mut coverage = Coverage {
        captured: stored.captured,
        in_memory: 0,
        needs_backup: stored.needs_backup,
        never: stored.never,
    };
    let mut show = |uncaptured: Uncaptured| {
        if !platform.cache.holds(uncaptured.account, uncaptured.key_id) {
            return;
        }
        let otherwise = if uncaptured.backed_up {
            &mut coverage.needs_backup
        } else {
            &mut coverage.never
        };
        // Another account may have been counted a moment ago.
        if *otherwise > 0 {
            *otherwise -= 1;
            coverage.in_memory += 1;
        }
    };
    platform.store.each_uncaptured(scope, &mut show).await?;
    Ok(Answer(coverage))
}

/// Every Group at or below the scope with each certificate that captures its keys, and every Collection with its own.
#[utoipa::path(
    get,
    path = "/scopes/{guid}/reports/group-certificates-active",
    operation_id = "report_group_certificates_active",
    tag = "reports",
    security(("session" = ["SeeReports"])),
    params(("guid" = ScopeGuid, Path), PageQuery),
    responses((status = 200, description = "The rows.", body = Page<ActiveCertificateRow>)),
)]
pub(super) async fn group_certificates_active(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeReports>,
    Named(scope): Named<ScopeGuid>,
    paging: Paging,
) -> Result<Answer<Page<ActiveCertificateRow>>, Refusal> {
    access::scope(&platform, &user, scope).await?;
    let part = active_certificates::part(&platform, scope, paging.slice()?).await?;
    page(part, |row| row).map(Answer)
}
