//! Signing in and out.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use keyfold_api::audit::Action;
use keyfold_api::sessions::{Session, SignIn, User};
use time::Duration;

use crate::audit::{Asked, denials};
use crate::body::Json;
use crate::caller::SignedIn;
use crate::clock::token_hash;
use crate::refusal::Refusal;
use crate::state::Shared;

/// A session lasts so long, whatever happens in it.
const LIFE: Duration = Duration::hours(12);

/// Signs a person in.
#[utoipa::path(
    post,
    path = "/sessions",
    operation_id = "sign_in",
    tag = "sessions",
    request_body = SignIn,
    responses((status = 200, description = "Signed in.", body = Session)),
    extensions(("x-problems" = json!(["busy", "too-many-attempts", "wrong-credentials"]))),
)]
pub(super) async fn sign_in(
    State(platform): State<Shared>,
    asked: Asked,
    Json(sign_in): Json<SignIn>,
) -> Result<Answer<Session>, Refusal> {
    let now = platform.now();
    platform.attempts.begin(&sign_in.user, now)?;
    let known = platform.store.user(&sign_in.user).await?;
    let (user, hash) = known.map(|row| (row.user, row.password_hash)).unzip();
    let verified = platform.passwords.verify(sign_in.password, hash).await?;
    let user = match user {
        Some(user) if verified => user,
        known => {
            tracing::warn!("wrong credentials");
            // A name that is nobody's may be a password in the wrong field: it is not kept.
            let mut act = asked.nobody(Action::SignIn).denied("wrong-credentials");
            act.scope = known.as_ref().map(|user| user.scope);
            act.user = known.map(|user| user.name);
            denials::record(&platform, act).await;
            return Err(Refusal::WrongCredentials);
        }
    };
    platform.attempts.succeeded(&sign_in.user);
    let token = platform.entropy.token();
    let act = asked
        .by(&user, Action::SignIn)
        .user(&user.name)
        .scope(user.scope);
    let expires_at = now + LIFE;
    platform
        .store
        .insert_session(&token_hash(&token), &user.name, expires_at, now, &act)
        .await?;
    tracing::info!(user = user.name, "signed in");
    Ok(Answer(Session {
        token: token.to_string(),
        expires_at,
        user,
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
