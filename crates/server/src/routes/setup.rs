//! The setup link, used.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use keyfold_api::audit::Action;
use keyfold_api::sessions::{Role, User};
use keyfold_api::setup::SetUp;

use crate::audit::{Asked, denials};
use crate::body::Json;
use crate::clock::token_hash;
use crate::refusal::Refusal;
use crate::state::{Platform, Shared};
use crate::words;

/// Makes the first platform admin, with the link that the first start printed.
#[utoipa::path(
    post,
    path = "/setup",
    operation_id = "set_up",
    tag = "platform",
    request_body = SetUp,
    responses((status = 201, description = "The first platform admin.", body = User)),
    extensions(("x-problems" = json!(["already-set-up", "busy", "name-refused", "password-refused", "setup-link-refused"]))),
)]
pub(super) async fn set_up(
    State(platform): State<Shared>,
    asked: Asked,
    Json(set_up): Json<SetUp>,
) -> Result<(StatusCode, Answer<User>), Refusal> {
    let token = token_hash(&set_up.token);
    if let Err(refusal) = check(&platform, &token).await {
        let code = refusal.code();
        denials::record(&platform, asked.nobody(Action::SetUp).denied(code)).await;
        return Err(refusal);
    }
    words::name(&set_up.name)?;
    words::name(&set_up.display_name)?;
    let (_, root) = platform
        .store
        .platform()
        .await?
        .ok_or(Refusal::Internal("the platform was not founded"))?;
    let hash = platform
        .passwords
        .hash(set_up.password, &platform.entropy)
        .await?;
    let user = User {
        name: set_up.name,
        display_name: set_up.display_name,
        role: Role::PlatformAdmin,
        scope: root,
    };
    let act = asked
        .by(&user, Action::SetUp)
        .user(&user.name)
        .scope(user.scope);
    platform.store.set_up(&token, &user, &hash, &act).await?;
    tracing::info!(user = user.name, "the first platform admin was made");
    Ok((StatusCode::CREATED, Answer(user)))
}

/// Asked before the work of hashing a password.
async fn check(platform: &Platform, token: &[u8]) -> Result<(), Refusal> {
    if platform
        .store
        .setup_link_works(token, platform.now())
        .await?
    {
        Ok(())
    } else if platform.store.has_users().await? {
        Err(Refusal::AlreadySetUp)
    } else {
        Err(Refusal::SetupLink)
    }
}
