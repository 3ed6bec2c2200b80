//! The audit log, for those who may read it.

use axum::Json as Answer;
use axum::extract::{RawQuery, State};
use keyfold_api::audit::{AuditEntry, AuditQuery};
use keyfold_api::pages::{Page, PageQuery};
use url::form_urlencoded;

use crate::caller::May;
use crate::paging::{Paging, page};
use crate::refusal::Refusal;
use crate::rights::SeeAudit;
use crate::state::Shared;
use crate::store::{AuditFilter, AuditRow, Part};

/// Entries about the caller's scope and everything below it, newest first.
#[utoipa::path(
    get,
    path = "/audit",
    operation_id = "list_audit_entries",
    tag = "audit",
    security(("session" = ["SeeAudit"])),
    params(AuditQuery, PageQuery),
    responses((status = 200, description = "The entries.", body = Page<AuditEntry>)),
    extensions(("x-problems" = json!(["filter-refused"]))),
)]
pub(super) async fn list(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeAudit>,
    RawQuery(query): RawQuery,
    paging: Paging,
) -> Result<Answer<Page<AuditEntry>>, Refusal> {
    let slice = paging.slice()?;
    let filter = filter(query.as_deref().unwrap_or_default()).ok_or(Refusal::Filter)?;
    let part = platform
        .store
        .audit_below(user.scope, &filter, slice)
        .await?;
    let entries = part.rows.iter().map(AuditRow::entry);
    let part = Part {
        rows: entries.collect::<Result<Vec<_>, _>>()?,
        next: part.next,
    };
    page(part, |entry| entry).map(Answer)
}

/// What is asked for; none when an action or account cannot be, or something is asked for twice.
fn filter(query: &str) -> Option<AuditFilter> {
    let mut filter = AuditFilter::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let twice = match &*name {
            "action" => filter.action.replace(value.parse().ok()?).is_some(),
            "user" => filter.user.replace(value.into_owned()).is_some(),
            "account" => filter.account.replace(value.parse().ok()?).is_some(),
            _ => false,
        };
        if twice {
            return None;
        }
    }
    Some(filter)
}
