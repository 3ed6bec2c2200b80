//! What holds for the whole platform.

use axum::Json as Answer;
use axum::extract::State;
use keyfold_api::audit::{Act, Action};
use keyfold_api::settings::PlatformSettings;

use crate::audit::Asked;
use crate::body::Json;
use crate::caller::May;
use crate::refusal::Refusal;
use crate::rights::{self, ChangePlatform};
use crate::state::Shared;

/// The longest life of a session, in seconds: 30 days.
const LONGEST: u32 = 30 * 24 * 3600;

/// What holds for the whole platform.
#[utoipa::path(
    get,
    path = "/platform/settings",
    operation_id = "show_settings",
    tag = "platform",
    security(("session" = ["ChangePlatform"])),
    responses((status = 200, description = "The settings.", body = PlatformSettings)),
)]
pub(super) async fn show(
    State(platform): State<Shared>,
    _: May<ChangePlatform>,
) -> Result<Answer<PlatformSettings>, Refusal> {
    platform
        .store
        .settings()
        .await
        .map(Answer)
        .map_err(Refusal::from)
}

/// Changes what holds for the whole platform.
#[utoipa::path(
    put,
    path = "/platform/settings",
    operation_id = "change_settings",
    tag = "platform",
    security(("session" = ["ChangePlatform"])),
    request_body = PlatformSettings,
    responses((status = 200, description = "Changed.", body = PlatformSettings)),
    extensions(("x-problems" = json!(["settings-refused"]))),
)]
pub(super) async fn change(
    State(platform): State<Shared>,
    May { user, .. }: May<ChangePlatform>,
    asked: Asked,
    Json(settings): Json<PlatformSettings>,
) -> Result<Answer<PlatformSettings>, Refusal> {
    check(&settings)?;
    let act = described(asked.by(&user, Action::ChangeSettings), &settings).scope(user.scope);
    platform.store.change_settings(&settings, &act).await?;
    tracing::info!(by = user.name, "platform settings changed");
    platform
        .store
        .settings()
        .await
        .map(Answer)
        .map_err(Refusal::from)
}

/// Refuses times that would lock everybody out, or nobody ever.
pub(crate) fn check(settings: &PlatformSettings) -> Result<(), Refusal> {
    let life = settings.session_life_seconds;
    if (60..=LONGEST).contains(&life) && (60..=life).contains(&settings.session_idle_seconds) {
        Ok(())
    } else {
        Err(Refusal::Settings)
    }
}

/// The act with all that the settings say.
pub(crate) fn described(act: Act, settings: &PlatformSettings) -> Act {
    let roles: Vec<&str> = settings
        .second_factor_for
        .iter()
        .map(|role| rights::name(*role))
        .collect();
    act.with("session_idle_seconds", settings.session_idle_seconds)
        .with("session_life_seconds", settings.session_life_seconds)
        .with("second_factor_for", roles.join(" "))
        .with(
            "second_factor_at_recovery",
            settings.second_factor_at_recovery,
        )
}
