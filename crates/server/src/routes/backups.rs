//! What the backups of an account came to.

use axum::Json as Answer;
use axum::extract::State;
use keyfold_api::backups::Backup;
use keyfold_api::pages::{Page, PageQuery};
use keyfold_core::id::AccountId;

use crate::access;
use crate::caller::{May, Named};
use crate::paging::{Paging, page};
use crate::refusal::Refusal;
use crate::rights::SeeAccounts;
use crate::state::Shared;

/// The account's backups, newest first, as its Agent reported them.
#[utoipa::path(
    get,
    path = "/accounts/{id}/backups",
    operation_id = "list_backups_of_account",
    tag = "accounts",
    security(("session" = ["SeeAccounts"])),
    params(("id" = AccountId, Path), PageQuery),
    responses((status = 200, description = "The backups.", body = Page<Backup>)),
)]
pub(super) async fn list_of_account(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeAccounts>,
    Named(account): Named<AccountId>,
    paging: Paging,
) -> Result<Answer<Page<Backup>>, Refusal> {
    access::account(&platform, &user, account).await?;
    let part = platform.store.backups_of(account, paging.slice()?).await?;
    page(part, |backup| backup).map(Answer)
}
