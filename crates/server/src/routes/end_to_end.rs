//! Agents that keep their key from the AccountServer: they choose so, and are told the certificates to encrypt it to.

use std::collections::HashMap;

use axum::Json as Answer;
use axum::extract::State;
use keyfold_api::audit::{Action, By};
use keyfold_api::end_to_end::{CertificateAbove, CertificatesAbove, ChooseEndToEnd};
use keyfold_core::id::ScopeGuid;
use keyfold_core::x509::pem;

use crate::audit::Asked;
use crate::body::Json;
use crate::caller::Agent;
use crate::refusal::Refusal;
use crate::state::Shared;

/// Whether this account's key is captured end to end. From then on none is taken from it, and what is in memory is wiped.
#[utoipa::path(
    put,
    path = "/agent/end-to-end",
    operation_id = "choose_end_to_end",
    tag = "agents",
    security(("agent" = [])),
    request_body = ChooseEndToEnd,
    responses((status = 200, description = "It is so now.", body = ChooseEndToEnd)),
)]
pub(super) async fn choose(
    State(platform): State<Shared>,
    Agent(account): Agent,
    asked: Asked,
    Json(ChooseEndToEnd { on }): Json<ChooseEndToEnd>,
) -> Result<Answer<ChooseEndToEnd>, Refusal> {
    let act = asked
        .from(By::Agent(account.id), Action::ChooseEndToEnd)
        .account(account.id)
        .scope(account.group)
        .named(&account.name)
        .with("on", on);
    platform
        .store
        .choose_end_to_end(account.id, on, &act)
        .await?;
    if on {
        platform.cache.evict_account(account.id);
    }
    tracing::info!(account = %account.id, on, "end-to-end capture chosen");
    Ok(Answer(ChooseEndToEnd { on }))
}

/// The certificates on the account's way to the root, and what it takes to check them.
#[utoipa::path(
    get,
    path = "/agent/certificates",
    operation_id = "list_certificates_above_agent",
    tag = "agents",
    security(("agent" = [])),
    responses((status = 200, description = "The certificates, the root's first.", body = CertificatesAbove)),
)]
pub(super) async fn certificates(
    State(platform): State<Shared>,
    Agent(account): Agent,
) -> Result<Answer<CertificatesAbove>, Refusal> {
    let lineage = platform.store.lineage(account.group).await?;
    let names: HashMap<ScopeGuid, String> = lineage
        .into_iter()
        .map(|scope| (scope.guid, scope.name))
        .collect();
    let present = platform.store.present_above(account.group).await?;
    let certificates = present.into_iter().map(|row| CertificateAbove {
        scope: row.scope,
        scope_name: names.get(&row.scope).cloned().unwrap_or_default(),
        certificate: pem::encode(pem::CERTIFICATE, &row.der),
    });
    let trust = &platform.trust;
    let intermediates = trust.intermediates().iter();
    Ok(Answer(CertificatesAbove {
        authority_root: trust.root().to_pem(),
        intermediates: intermediates
            .map(|der| pem::encode(pem::CERTIFICATE, der))
            .collect(),
        revocation_list: trust.revocation_list().to_pem(),
        now: platform.now(),
        certificates: certificates.collect(),
    }))
}
