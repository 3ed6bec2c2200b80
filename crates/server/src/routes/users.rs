//! People: list, add, change, delete; their passwords, second factors and sessions. Whether the actor may is decided in
//! the store, in one transaction with the change.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use keyfold_api::audit::{Act, Action};
use keyfold_api::pages::{Page, PageQuery};
use keyfold_api::sessions::{SessionId, SessionSummary, User};
use keyfold_api::users::{self, ChangeUser, ManagedUser, NewUser, ResetPassword};

use super::sessions::summary;
use crate::audit::Asked;
use crate::body::Json;
use crate::caller::{May, Named, NamedWithin};
use crate::paging::{Paging, page};
use crate::refusal::Refusal;
use crate::rights::{self, ManageUsers};
use crate::state::{Platform, Shared};
use crate::store::{UserChange, UserRow, WayIn};
use crate::{access, words};

/// Users whose rights begin in the asker’s part of the tree, by sign-in name.
#[utoipa::path(
    get,
    path = "/users",
    operation_id = "list_users",
    tag = "users",
    security(("session" = ["ManageUsers"])),
    params(PageQuery),
    responses((status = 200, description = "The users.", body = Page<ManagedUser>)),
)]
pub(super) async fn list(
    State(platform): State<Shared>,
    May { user, .. }: May<ManageUsers>,
    paging: Paging,
) -> Result<Answer<Page<ManagedUser>>, Refusal> {
    let part = platform
        .store
        .users_below(user.scope, paging.slice()?)
        .await?;
    page(part, view).map(Answer)
}

/// One user.
#[utoipa::path(
    get,
    path = "/users/{name}",
    operation_id = "show_user",
    tag = "users",
    security(("session" = ["ManageUsers"])),
    params(("name" = String, Path)),
    responses((status = 200, description = "The user.", body = ManagedUser)),
)]
pub(super) async fn show(
    State(platform): State<Shared>,
    May { user, .. }: May<ManageUsers>,
    Named(name): Named<String>,
) -> Result<Answer<ManagedUser>, Refusal> {
    seen(&platform, &user, &name).await.map(view).map(Answer)
}

/// Adds a user.
#[utoipa::path(
    post,
    path = "/users",
    operation_id = "create_user",
    tag = "users",
    security(("session" = ["ManageUsers"])),
    request_body = NewUser,
    responses((status = 201, description = "Added.", body = ManagedUser)),
    extensions(("x-problems" = json!(["busy", "name-refused", "name-taken", "not-found", "parent-not-found", "password-refused", "platform-admin-not-on-root"]))),
)]
pub(super) async fn create(
    State(platform): State<Shared>,
    May { user, .. }: May<ManageUsers>,
    asked: Asked,
    Json(new): Json<NewUser>,
) -> Result<(StatusCode, Answer<ManagedUser>), Refusal> {
    words::name(&new.name)?;
    words::name(&new.display_name)?;
    access::place(&platform, &user, new.scope).await?;
    let way_in = match new.password {
        Some(password) => WayIn::Password {
            hash: platform.passwords.hash(password, &platform.entropy).await?,
        },
        None => WayIn::OpenIdConnect,
    };
    let added = User {
        name: new.name,
        display_name: new.display_name,
        role: new.role,
        scope: new.scope,
    };
    let act = asked
        .by(&user, Action::AddUser)
        .user(&added.name)
        .scope(added.scope)
        .with("role", rights::name(added.role));
    platform.store.insert_user(&added, &way_in, &act).await?;
    tracing::info!(user = added.name, by = user.name, "user added");
    Ok((
        StatusCode::CREATED,
        Answer(one(&platform, &added.name).await?),
    ))
}

/// Changes a user; new rights end their sessions.
#[utoipa::path(
    patch,
    path = "/users/{name}",
    operation_id = "change_user",
    tag = "users",
    security(("session" = ["ManageUsers"])),
    params(("name" = String, Path)),
    request_body = ChangeUser,
    responses((status = 200, description = "Changed.", body = ManagedUser)),
    extensions(("x-problems" = json!(["last-platform-admin", "name-refused", "parent-not-found", "platform-admin-not-on-root"]))),
)]
pub(super) async fn change(
    State(platform): State<Shared>,
    May { user, .. }: May<ManageUsers>,
    asked: Asked,
    Named(name): Named<String>,
    Json(change): Json<ChangeUser>,
) -> Result<Answer<ManagedUser>, Refusal> {
    change
        .display_name
        .as_deref()
        .map(words::name)
        .transpose()?;
    let changed = UserChange {
        display_name: change.display_name.as_deref(),
        role: change.role,
        scope: change.scope,
        disabled: change.disabled,
        second_factor_required: change.second_factor_required,
    };
    let target = seen(&platform, &user, &name).await?.user;
    let act = described(on(asked, &user, Action::ChangeUser, &target), &change);
    platform.store.change_user(&name, changed, &act).await?;
    tracing::info!(user = name, by = user.name, "user changed");
    one(&platform, &name).await.map(Answer)
}

/// Deletes a user.
#[utoipa::path(
    delete,
    path = "/users/{name}",
    operation_id = "delete_user",
    tag = "users",
    security(("session" = ["ManageUsers"])),
    params(("name" = String, Path)),
    responses((status = 204, description = "Deleted.")),
    extensions(("x-problems" = json!(["last-platform-admin"]))),
)]
pub(super) async fn delete(
    State(platform): State<Shared>,
    May { user, .. }: May<ManageUsers>,
    asked: Asked,
    Named(name): Named<String>,
) -> Result<StatusCode, Refusal> {
    let target = seen(&platform, &user, &name).await?.user;
    let act = on(asked, &user, Action::DeleteUser, &target);
    platform.store.delete_user(&name, &act).await?;
    tracing::info!(user = name, by = user.name, "user deleted");
    Ok(StatusCode::NO_CONTENT)
}

/// Sets the password of somebody below; their sessions end.
#[utoipa::path(
    put,
    path = "/users/{name}/password",
    operation_id = "reset_password",
    tag = "users",
    security(("session" = ["ManageUsers"])),
    params(("name" = String, Path)),
    request_body = ResetPassword,
    responses((status = 204, description = "Set.")),
    extensions(("x-problems" = json!(["busy", "password-refused"]))),
)]
pub(super) async fn reset_password(
    State(platform): State<Shared>,
    May { user, .. }: May<ManageUsers>,
    asked: Asked,
    Named(name): Named<String>,
    Json(reset): Json<ResetPassword>,
) -> Result<StatusCode, Refusal> {
    let target = seen(&platform, &user, &name).await?.user;
    if name == user.name {
        // One's own takes the present one: PUT /sessions/current/password.
        return Err(Refusal::NotAllowed);
    }
    let hash = platform
        .passwords
        .hash(reset.password, &platform.entropy)
        .await?;
    let act = on(asked, &user, Action::SetPassword, &target);
    platform.store.change_password(&name, &hash, &act).await?;
    tracing::info!(user = name, by = user.name, "password reset");
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the second factor of somebody below away; their sessions end.
#[utoipa::path(
    delete,
    path = "/users/{name}/second-factor",
    operation_id = "reset_second_factor",
    tag = "users",
    security(("session" = ["ManageUsers"])),
    params(("name" = String, Path)),
    responses((status = 204, description = "Taken away.")),
)]
pub(super) async fn reset_second_factor(
    State(platform): State<Shared>,
    May { user, .. }: May<ManageUsers>,
    asked: Asked,
    Named(name): Named<String>,
) -> Result<StatusCode, Refusal> {
    let target = seen(&platform, &user, &name).await?.user;
    if name == user.name {
        return Err(Refusal::NotAllowed);
    }
    let act = on(asked, &user, Action::ResetSecondFactor, &target);
    platform.store.delete_second_factor(&name, &act).await?;
    tracing::info!(user = name, by = user.name, "second factor reset");
    Ok(StatusCode::NO_CONTENT)
}

/// Sessions of a user, newest first.
#[utoipa::path(
    get,
    path = "/users/{name}/sessions",
    operation_id = "list_sessions_of_user",
    tag = "users",
    security(("session" = ["ManageUsers"])),
    params(("name" = String, Path), PageQuery),
    responses((status = 200, description = "The sessions.", body = Page<SessionSummary>)),
)]
pub(super) async fn list_sessions(
    State(platform): State<Shared>,
    May { user, session, .. }: May<ManageUsers>,
    Named(name): Named<String>,
    paging: Paging,
) -> Result<Answer<Page<SessionSummary>>, Refusal> {
    seen(&platform, &user, &name).await?;
    let part = platform
        .store
        .sessions_of(&name, platform.now(), paging.slice()?)
        .await?;
    page(part, |row| summary(row, &session)).map(Answer)
}

/// Ends every session of a user.
#[utoipa::path(
    delete,
    path = "/users/{name}/sessions",
    operation_id = "end_sessions_of_user",
    tag = "users",
    security(("session" = ["ManageUsers"])),
    params(("name" = String, Path)),
    responses((status = 204, description = "Ended.")),
)]
pub(super) async fn end_sessions(
    State(platform): State<Shared>,
    May { user, .. }: May<ManageUsers>,
    asked: Asked,
    Named(name): Named<String>,
) -> Result<StatusCode, Refusal> {
    let target = seen(&platform, &user, &name).await?.user;
    end(&platform, asked, &user, &target, None).await
}

/// Ends one session of a user.
#[utoipa::path(
    delete,
    path = "/users/{name}/sessions/{id}",
    operation_id = "end_session_of_user",
    tag = "users",
    security(("session" = ["ManageUsers"])),
    params(("name" = String, Path), ("id" = SessionId, Path)),
    responses((status = 204, description = "Ended.")),
)]
pub(super) async fn end_session(
    State(platform): State<Shared>,
    May { user, .. }: May<ManageUsers>,
    asked: Asked,
    NamedWithin(name, session): NamedWithin<String, SessionId>,
) -> Result<StatusCode, Refusal> {
    let target = seen(&platform, &user, &name).await?.user;
    end(&platform, asked, &user, &target, Some(session)).await
}

/// Ends sessions; those that are not the actor's to end are refused.
pub(super) async fn end(
    platform: &Platform,
    asked: Asked,
    actor: &User,
    target: &User,
    session: Option<SessionId>,
) -> Result<StatusCode, Refusal> {
    let mut act = on(asked, actor, Action::EndSessions, target);
    if let Some(session) = session {
        act = act.with("session", session);
    }
    platform
        .store
        .end_sessions(&target.name, session, &act)
        .await?;
    tracing::info!(user = target.name, by = actor.name, "sessions ended");
    Ok(StatusCode::NO_CONTENT)
}

fn on(asked: Asked, actor: &User, action: Action, target: &User) -> Act {
    asked
        .by(actor, action)
        .user(&target.name)
        .scope(target.scope)
}

/// The act with what it changes.
fn described(mut act: Act, change: &ChangeUser) -> Act {
    if let Some(role) = change.role {
        act = act.with("role", rights::name(role));
    }
    if let Some(scope) = change.scope {
        act = act.with("to", scope);
    }
    let flags = [
        ("disabled", change.disabled),
        ("second_factor_required", change.second_factor_required),
    ];
    for (name, flag) in flags {
        if let Some(flag) = flag {
            act = act.with(name, flag);
        }
    }
    match &change.display_name {
        Some(name) => act.with("display_name", name),
        None => act,
    }
}

/// A user whose rights begin in the actor's part of the tree.
async fn seen(platform: &Platform, actor: &User, name: &str) -> Result<UserRow, Refusal> {
    let row = platform.store.user(name).await?.ok_or(Refusal::NotFound)?;
    access::scope(platform, actor, row.user.scope).await?;
    Ok(row)
}

async fn one(platform: &Platform, name: &str) -> Result<ManagedUser, Refusal> {
    let row = platform.store.user(name).await?;
    row.map(view).ok_or(Refusal::NotFound)
}

fn view(row: UserRow) -> ManagedUser {
    ManagedUser {
        user: row.user,
        way_in: match row.way_in {
            WayIn::Password { .. } => users::WayIn::Password,
            WayIn::OpenIdConnect => users::WayIn::OpenIdConnect,
        },
        disabled: row.disabled,
        second_factor: row.second_factor,
        second_factor_required: row.second_factor_required,
    }
}
