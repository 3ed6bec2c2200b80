//! The audit log, for those who may read it.

use axum::Json as Answer;
use axum::extract::{RawQuery, State};
use keyfold_api::audit::{AuditEntry, AuditQuery};
use keyfold_api::pages::{Page, PageQuery};
use url::form_urlencoded;

use crate::caller::Admin;
use crate::paging::{Paging, page};
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::store::{AuditFilter, AuditRow, Newest, Part};

/// Entries about the caller's scope and everything below it, newest first.
#[utoipa::path(
    get,
    path = "/audit",
    operation_id = "list_audit_entries",
    tag = "audit",
    security(("session" = ["admin"])),
    params(AuditQuery, PageQuery),
    responses((status = 200, description = "The entries.", body = Page<AuditEntry>)),
)]
pub(super) async fn list(
    State(platform): State<Shared>,
    Admin(user): Admin,
    RawQuery(query): RawQuery,
    paging: Paging,
) -> Result<Answer<Page<AuditEntry>>, Refusal> {
    let slice = paging.slice()?;
    let Some(filter) = filter(query.as_deref().unwrap_or_default()) else {
        return page::<_, Newest, _>(Part::none(), |entry| entry).map(Answer);
    };
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

/// What is asked for. An action or account that there cannot be is in no entry: none is asked for then.
fn filter(query: &str) -> Option<AuditFilter> {
    let mut filter = AuditFilter::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "action" => filter.action = Some(value.parse().ok()?),
            "user" => filter.user = Some(value.into_owned()),
            "account" => filter.account = Some(value.parse().ok()?),
            _ => {}
        }
    }
    Some(filter)
}
