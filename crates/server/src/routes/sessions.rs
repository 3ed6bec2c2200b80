//! Signing in and out.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use keyfold_api::audit::Action;
use keyfold_api::pages::{Page, PageQuery};
use keyfold_api::sessions::{ChangePassword, Session, SessionId, SessionSummary, SignIn, User};
use time::Duration;

use crate::attempts::Trying;
use crate::audit::{Asked, denials};
use crate::body::Json;
use crate::caller::{Named, SignedIn};
use crate::clock::token_hash;
use crate::known_devices::Device;
use crate::paging::{Paging, page};
use crate::refusal::Refusal;
use crate::second_factors::demand;
use crate::state::{Platform, Shared};
use crate::store::{SessionRow, WayIn};

/// Signs a person in.
#[utoipa::path(
    post,
    path = "/sessions",
    operation_id = "sign_in",
    tag = "sessions",
    request_body = SignIn,
    responses((status = 200, description = "Signed in.", body = Session)),
    extensions(("x-problems" = json!(["busy", "code-refused", "second-factor-required", "too-many-attempts", "wrong-credentials"]))),
)]
pub(super) async fn sign_in(
    State(platform): State<Shared>,
    asked: Asked,
    Json(sign_in): Json<SignIn>,
) -> Result<Answer<Session>, Refusal> {
    let now = platform.now();
    let device = Device::of(&platform, &sign_in).await?;
    platform.attempts.begin(&device.trying, now)?;
    let known = platform.store.user(&sign_in.user).await?;
    let hash = known.as_ref().and_then(|row| match &row.way_in {
        WayIn::Password { hash } if !row.disabled => Some(hash.clone()),
        _ => None,
    });
    let verified = platform.passwords.verify(sign_in.password, hash).await?;
    let row = match known {
        Some(row) if verified => row,
        known => {
            tracing::warn!("wrong credentials");
            // A name that is nobody's may be a password in the wrong field: it is not kept.
            let mut act = asked.nobody(Action::SignIn).denied("wrong-credentials");
            act.scope = known.as_ref().map(|row| row.user.scope);
            act.user = known.map(|row| row.user.name);
            denials::record(&platform, act).await;
            return Err(Refusal::WrongCredentials);
        }
    };
    if row.second_factor {
        let demanded = demand(&platform, &row.user.name, sign_in.code.as_ref()).await;
        platform.attempts.told(&device.trying, &demanded);
        if matches!(demanded, Err(Refusal::Code)) {
            let act = asked
                .nobody(Action::SignIn)
                .user(&row.user.name)
                .scope(row.user.scope);
            denials::record(&platform, act.denied("code-refused")).await;
        }
        demanded?;
    }
    platform.attempts.succeeded(&device.trying);
    let user = row.user.name.clone();
    let session = begin(&platform, asked, row.user, row.second_factor).await?;
    let device = device.remembered(&platform, &user).await?;
    Ok(Answer(Session {
        device: Some(device),
        ..session
    }))
}

/// Who is signed in.
#[utoipa::path(
    get,
    path = "/sessions/current",
    operation_id = "show_session",
    tag = "sessions",
    security(("session" = [])),
    responses((status = 200, description = "The person.", body = User)),
)]
pub(super) async fn show(caller: SignedIn) -> Answer<User> {
    Answer(caller.user)
}

/// Ends the session.
#[utoipa::path(
    delete,
    path = "/sessions/current",
    operation_id = "sign_out",
    tag = "sessions",
    security(("session" = [])),
    responses((status = 204, description = "Ended.")),
)]
pub(super) async fn sign_out(
    State(platform): State<Shared>,
    caller: SignedIn,
    asked: Asked,
) -> Result<StatusCode, Refusal> {
    let act = asked
        .by(&caller.user, Action::SignOut)
        .user(&caller.user.name)
        .scope(caller.user.scope);
    platform.store.delete_session(&caller.session, &act).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One’s own sessions, newest first.
#[utoipa::path(
    get,
    path = "/sessions",
    operation_id = "list_sessions",
    tag = "sessions",
    security(("session" = [])),
    params(PageQuery),
    responses((status = 200, description = "The sessions.", body = Page<SessionSummary>)),
)]
pub(super) async fn list(
    State(platform): State<Shared>,
    caller: SignedIn,
    paging: Paging,
) -> Result<Answer<Page<SessionSummary>>, Refusal> {
    let part = platform
        .store
        .sessions_of(&caller.user.name, platform.now(), paging.slice()?)
        .await?;
    page(part, |row| summary(row, &caller.session)).map(Answer)
}

/// Ends one of one’s own sessions.
#[utoipa::path(
    delete,
    path = "/sessions/{id}",
    operation_id = "end_session",
    tag = "sessions",
    security(("session" = [])),
    params(("id" = SessionId, Path)),
    responses((status = 204, description = "Ended.")),
    extensions(("x-problems" = json!(["not-allowed"]))),
)]
pub(super) async fn end(
    State(platform): State<Shared>,
    SignedIn { user, .. }: SignedIn,
    asked: Asked,
    Named(session): Named<SessionId>,
) -> Result<StatusCode, Refusal> {
    super::users::end(&platform, asked, &user, &user, Some(session)).await
}

/// Changes one's own password: the present one is asked for again, and every session ends.
#[utoipa::path(
    put,
    path = "/sessions/current/password",
    operation_id = "change_password",
    tag = "sessions",
    security(("session" = [])),
    request_body = ChangePassword,
    responses((status = 204, description = "Changed; every session has ended.")),
    extensions(("x-problems" = json!(["busy", "not-allowed", "not-found", "password-refused", "too-many-attempts", "wrong-password"]))),
)]
pub(super) async fn change_password(
    State(platform): State<Shared>,
    SignedIn { user, session, .. }: SignedIn,
    asked: Asked,
    Json(change): Json<ChangePassword>,
) -> Result<StatusCode, Refusal> {
    let name = &user.name;
    let trying = Trying::Session(session);
    platform.attempts.begin(&trying, platform.now())?;
    let hash = platform
        .store
        .user(name)
        .await?
        .and_then(|row| match row.way_in {
            WayIn::Password { hash } => Some(hash),
            WayIn::OpenIdConnect => None,
        });
    if !platform.passwords.verify(change.present, hash).await? {
        return Err(Refusal::WrongPassword);
    }
    platform.attempts.succeeded(&trying);
    let hash = platform
        .passwords
        .hash(change.password, &platform.entropy)
        .await?;
    let act = asked
        .by(&user, Action::SetPassword)
        .user(name)
        .scope(user.scope);
    platform.store.change_password(name, &hash, &act).await?;
    tracing::info!(user = name, "password changed");
    Ok(StatusCode::NO_CONTENT)
}

/// Begins a session of somebody who has shown who they are, with a second factor or without.
pub(super) async fn begin(
    platform: &Platform,
    asked: Asked,
    user: User,
    second_factor: bool,
) -> Result<Session, Refusal> {
    let token = platform.entropy.token();
    let settings = platform.store.settings().await?;
    let now = platform.now();
    let expires_at = now + Duration::seconds(settings.session_life_seconds.into());
    let session = SessionRow {
        token: token_hash(&token),
        id: platform.entropy.draw(SessionId::random),
        user: user.name.clone(),
        address: asked
            .address()
            .map(|address| address.to_string())
            .unwrap_or_default(),
        began_at: now,
        seen_at: now,
        idle: Duration::seconds(settings.session_idle_seconds.into()),
        expires_at,
        second_factor,
    };
    let act = asked
        .by(&user, Action::SignIn)
        .user(&user.name)
        .scope(user.scope);
    platform.store.insert_session(&session, &act).await?;
    tracing::info!(user = user.name, "signed in");
    Ok(Session {
        token: token.to_string(),
        expires_at,
        user,
        device: None,
    })
}

/// A session as lists show it, to who asks in the session with this token's hash.
pub(super) fn summary(row: SessionRow, asking: &[u8]) -> SessionSummary {
    SessionSummary {
        id: row.id,
        address: row.address,
        began_at: row.began_at,
        seen_at: row.seen_at,
        expires_at: row.expires_at,
        current: row.token == asking,
    }
}
