//! Collections and Groups: list, create, rename, move, delete.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use keyfold_api::audit::Action;
use keyfold_api::pages::{Page, PageQuery};
use keyfold_api::scopes::{Change, NewScope, Scope};
use keyfold_core::id::ScopeGuid;

use crate::access;
use crate::audit::Asked;
use crate::body::Json;
use crate::caller::{May, Named};
use crate::paging::{Paging, page};
use crate::refusal::Refusal;
use crate::rights::{ChangeTree, SeeTree};
use crate::state::{Platform, Shared};
use crate::store::{ScopeChange, ScopeRow};
use crate::{tree, words};

/// All Collections and Groups that the asker may see, parents before children.
#[utoipa::path(
    get,
    path = "/scopes",
    operation_id = "list_scopes",
    tag = "scopes",
    security(("session" = ["SeeTree"])),
    params(PageQuery),
    responses((status = 200, description = "The tree.", body = Page<Scope>)),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub(super) async fn list(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeTree>,
    paging: Paging,
) -> Result<Answer<Page<Scope>>, Refusal> {
    let part = platform.store.subtree(user.scope, paging.slice()?).await?;
    page(part, |row| tree::view(&platform, row)).map(Answer)
}

/// What lies directly in a Collection, by name.
#[utoipa::path(
    get,
    path = "/scopes/{guid}/children",
    operation_id = "list_children",
    tag = "scopes",
    security(("session" = ["SeeTree"])),
    params(("guid" = ScopeGuid, Path), PageQuery),
    responses((status = 200, description = "The children.", body = Page<Scope>)),
)]
pub(super) async fn children(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeTree>,
    Named(guid): Named<ScopeGuid>,
    paging: Paging,
) -> Result<Answer<Page<Scope>>, Refusal> {
    access::scope(&platform, &user, guid).await?;
    let part = platform.store.children(guid, paging.slice()?).await?;
    page(part, |row| tree::view(&platform, row)).map(Answer)
}

/// One Collection or Group.
#[utoipa::path(
    get,
    path = "/scopes/{guid}",
    operation_id = "show_scope",
    tag = "scopes",
    security(("session" = ["SeeTree"])),
    params(("guid" = ScopeGuid, Path)),
    responses((status = 200, description = "The scope.", body = Scope)),
)]
pub(super) async fn show(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeTree>,
    Named(guid): Named<ScopeGuid>,
) -> Result<Answer<Scope>, Refusal> {
    access::scope(&platform, &user, guid).await?;
    one(&platform, guid).await.map(Answer)
}

/// Creates a Collection or Group.
#[utoipa::path(
    post,
    path = "/scopes",
    operation_id = "create_scope",
    tag = "scopes",
    security(("session" = ["ChangeTree"])),
    request_body = NewScope,
    responses((status = 201, description = "Created.", body = Scope)),
    extensions(("x-problems" = json!(["name-refused", "parent-is-group", "parent-not-found", "too-deep", "not-found"]))),
)]
pub(super) async fn create(
    State(platform): State<Shared>,
    May { user, .. }: May<ChangeTree>,
    asked: Asked,
    Json(new): Json<NewScope>,
) -> Result<(StatusCode, Answer<Scope>), Refusal> {
    words::name(&new.name)?;
    access::place(&platform, &user, new.parent).await?;
    let guid = platform.entropy.draw(ScopeGuid::random);
    let row = ScopeRow {
        guid,
        kind: new.kind,
        name: new.name,
        parent: Some(new.parent),
    };
    let act = asked
        .by(&user, Action::CreateScope)
        .scope(guid)
        .within(new.parent)
        .named(&row.name);
    platform.store.insert_scope(&row, &act).await?;
    Ok((StatusCode::CREATED, Answer(one(&platform, guid).await?)))
}

/// Renames or moves a Collection or Group.
#[utoipa::path(
    patch,
    path = "/scopes/{guid}",
    operation_id = "change_scope",
    tag = "scopes",
    security(("session" = ["ChangeTree"])),
    params(("guid" = ScopeGuid, Path)),
    request_body = Change,
    responses((status = 200, description = "Changed.", body = Scope)),
    extensions(("x-problems" = json!(["moved-into-itself", "name-refused", "parent-is-group", "parent-not-found", "root-stays", "too-deep"]))),
)]
pub(super) async fn change(
    State(platform): State<Shared>,
    May { user, .. }: May<ChangeTree>,
    asked: Asked,
    Named(guid): Named<ScopeGuid>,
    Json(change): Json<Change>,
) -> Result<Answer<Scope>, Refusal> {
    access::scope(&platform, &user, guid).await?;
    let change = checked(&platform, &user, &change).await?;
    let act = asked.by(&user, Action::RenameScope).scope(guid);
    platform.store.change_scope(guid, change, &act).await?;
    one(&platform, guid).await.map(Answer)
}

/// Deletes a Collection or Group that holds nothing.
#[utoipa::path(
    delete,
    path = "/scopes/{guid}",
    operation_id = "delete_scope",
    tag = "scopes",
    security(("session" = ["ChangeTree"])),
    params(("guid" = ScopeGuid, Path)),
    responses((status = 204, description = "Deleted.")),
    extensions(("x-problems" = json!(["has-captured-keys", "not-empty", "root-stays"]))),
)]
pub(super) async fn delete(
    State(platform): State<Shared>,
    May { user, .. }: May<ChangeTree>,
    asked: Asked,
    Named(guid): Named<ScopeGuid>,
) -> Result<StatusCode, Refusal> {
    access::scope(&platform, &user, guid).await?;
    let act = asked.by(&user, Action::DeleteScope).scope(guid);
    platform.store.delete_scope(guid, &act).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A change whose name is good and whose place the user may see.
pub(super) async fn checked<'a>(
    platform: &Platform,
    user: &keyfold_api::sessions::User,
    change: &'a Change,
) -> Result<ScopeChange<'a>, Refusal> {
    let name = change.name.as_deref();
    name.map(words::name).transpose()?;
    if let Some(parent) = change.parent {
        access::place(platform, user, parent).await?;
    }
    Ok(ScopeChange {
        name,
        parent: change.parent,
    })
}

async fn one(platform: &Platform, guid: ScopeGuid) -> Result<Scope, Refusal> {
    let row = platform.store.scope(guid).await?;
    row.map(|row| tree::view(platform, row))
        .ok_or(Refusal::NotFound)
}
