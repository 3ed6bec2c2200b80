//! One’s own second factor: shown once, taken into use by a code of it.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use keyfold_api::audit::Action;
use keyfold_api::second_factors::{
    BeginSecondFactor, ConfirmSecondFactor, NewSecondFactor, RecoveryCodes, SecondFactor,
};

use crate::attempts::Trying;
use crate::audit::Asked;
use crate::body::Json;
use crate::caller::SignedIn;
use crate::refusal::Refusal;
use crate::second_factors::{self, demand, fresh_recovery_codes, fresh_secret, shown, step, typed};
use crate::state::{Platform, Shared};
use crate::store::{Confirmation, Conflict, StoreError, UserRow, WayIn};

/// Whether one has a second factor.
#[utoipa::path(
    get,
    path = "/sessions/current/second-factor",
    operation_id = "show_second_factor",
    tag = "sessions",
    security(("session" = [])),
    responses((status = 200, description = "Whether there is one.", body = SecondFactor)),
)]
pub(super) async fn show(
    State(platform): State<Shared>,
    caller: SignedIn,
) -> Result<Answer<SecondFactor>, Refusal> {
    let name = &caller.user.name;
    Ok(Answer(SecondFactor {
        set_up: own(&platform, name).await?.second_factor,
        must_be_set_up: caller.needs_second_factor,
        recovery_codes_left: platform.store.recovery_codes_left(name).await?,
    }))
}

/// Makes a second factor, which is used once a code of it was told.
#[utoipa::path(
    post,
    path = "/sessions/current/second-factor",
    operation_id = "begin_second_factor",
    tag = "sessions",
    security(("session" = [])),
    request_body = BeginSecondFactor,
    responses((status = 201, description = "What an authenticator program takes.", body = NewSecondFactor)),
    extensions(("x-problems" = json!(["busy", "code-refused", "second-factor-required", "too-many-attempts", "wrong-password"]))),
)]
pub(super) async fn begin(
    State(platform): State<Shared>,
    SignedIn { user, session, .. }: SignedIn,
    Json(begin): Json<BeginSecondFactor>,
) -> Result<(StatusCode, Answer<NewSecondFactor>), Refusal> {
    let name = &user.name;
    let row = own(&platform, name).await?;
    let trying = Trying::Session(session);
    platform.attempts.begin(&trying, platform.now())?;
    // Whoever has nothing but the session's token is to get no further than that.
    if let WayIn::Password { hash } = row.way_in {
        let password = begin.password.ok_or(Refusal::WrongPassword)?;
        if !platform.passwords.verify(password, Some(hash)).await? {
            return Err(Refusal::WrongPassword);
        }
    }
    if row.second_factor {
        let demanded = demand(&platform, name, begin.code.as_ref()).await;
        platform.attempts.told(&trying, &demanded);
        demanded?;
    }
    platform.attempts.succeeded(&trying);
    let secret = fresh_secret(&platform.entropy);
    let sealed = platform.sealing_key.seal(name, &*secret)?;
    platform
        .store
        .keep_pending_second_factor(name, &sealed)
        .await?;
    let (title, _) = platform
        .store
        .platform()
        .await?
        .ok_or(Refusal::Internal("the platform was not founded"))?;
    Ok((StatusCode::CREATED, Answer(shown(&*secret, &title, name)?)))
}

/// Takes the second factor into use, with new recovery codes; one’s other sessions end.
#[utoipa::path(
    put,
    path = "/sessions/current/second-factor",
    operation_id = "confirm_second_factor",
    tag = "sessions",
    security(("session" = [])),
    request_body = ConfirmSecondFactor,
    responses((status = 200, description = "In use; the recovery codes.", body = RecoveryCodes)),
    extensions(("x-problems" = json!(["code-refused", "second-factor-not-begun"]))),
)]
pub(super) async fn confirm(
    State(platform): State<Shared>,
    caller: SignedIn,
    asked: Asked,
    Json(confirm): Json<ConfirmSecondFactor>,
) -> Result<Answer<RecoveryCodes>, Refusal> {
    let user = &caller.user;
    let row = platform.store.second_factor(&user.name).await?;
    let pending = row.and_then(|row| row.pending);
    let pending = pending.ok_or(Refusal::NoSecondFactorBegun)?;
    let secret = platform.sealing_key.open(&user.name, &pending)?;
    let step = step(&secret, &typed(&confirm.code), platform.now())?.ok_or(Refusal::Code)?;
    let recovery_codes = fresh_recovery_codes(&platform.entropy);
    let hashes: Vec<_> = recovery_codes
        .iter()
        .filter_map(|code| second_factors::recovery_code_hash(&code.replace('-', "")))
        .collect();
    let confirmation = Confirmation {
        secret: &pending,
        step,
        recovery_codes: &hashes,
        session: Some(&caller.session),
    };
    let act = asked
        .by(user, Action::SetSecondFactor)
        .user(&user.name)
        .scope(user.scope);
    platform
        .store
        .confirm_second_factor(&user.name, confirmation, &act)
        .await
        .map_err(|error| match error {
            StoreError::Conflict(Conflict::Missing) => Refusal::NoSecondFactorBegun,
            error => error.into(),
        })?;
    tracing::info!(user = user.name, "second factor set up");
    Ok(Answer(RecoveryCodes { recovery_codes }))
}

async fn own(platform: &Platform, name: &str) -> Result<UserRow, Refusal> {
    platform.store.user(name).await?.ok_or(Refusal::NotSignedIn)
}
