//! `GET /platform` and `GET /openapi.json`, for anybody.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use keyfold_api::scopes::Platform;
use keyfold_core::x509::pem;

use crate::openapi;
use crate::refusal::Refusal;
use crate::state::Shared;

/// Who this AccountServer is and whom it trusts.
#[utoipa::path(
    get,
    path = "/platform",
    operation_id = "show_platform",
    tag = "platform",
    responses((status = 200, description = "The platform.", body = Platform)),
)]
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
        identity_provider: platform.identity_provider.is_some(),
    }))
}

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "show_openapi",
    tag = "platform",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)),
)]
pub(super) async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], openapi::text())
}
