//! `GET /platform` and `GET /healthz`, for anybody.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use keyfold_api::scopes::Platform;
use keyfold_core::x509::pem;

use crate::refusal::Refusal;
use crate::state::Shared;

pub(super) async fn show(State(platform): State<Shared>) -> Result<Json<Platform>, Refusal> {
    let (name, _) = platform
        .store
        .platform()
        .await?
        .ok_or(Refusal::Internal("the platform was not founded"))?;
    let trust = &platform.trust;
    let intermediates = trust.intermediates().iter();
    Ok(Json(Platform {
        name,
        authority_root: trust.root().to_pem(),
        intermediates: intermediates
            .map(|der| pem::encode(pem::CERTIFICATE, der))
            .collect(),
        revocation_list: trust.revocation_list().to_pem(),
    }))
}

pub(super) async fn health(State(platform): State<Shared>) -> Result<StatusCode, Refusal> {
    platform.store.platform().await?;
    Ok(StatusCode::NO_CONTENT)
}
