//! Requests for Group Certificates: submit, list, hand the signed certificate over, reject.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use keyfold_api::audit::Action;
use keyfold_api::pages::{Page, PageQuery};
use keyfold_api::requests::{
    RejectRequest, Request, RequestId, RequestState, SignRequest, SubmitRequest,
};
use keyfold_api::sessions::User;
use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::ScopeGuid;

use crate::access::{self, Seen};
use crate::audit::Asked;
use crate::body::Json;
use crate::caller::{May, Named};
use crate::paging::{Paging, page};
use crate::refusal::Refusal;
use crate::rights::{DecideRequests, SeeRequests, SubmitRequests};
use crate::state::{Platform, Shared};
use crate::store::RequestRow;
use crate::words;

/// Requests for the scopes that the asker may see.
#[utoipa::path(
    get,
    path = "/requests",
    operation_id = "list_requests",
    tag = "requests",
    security(("session" = ["SeeRequests"])),
    params(PageQuery),
    responses((status = 200, description = "The requests.", body = Page<Request>)),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub(super) async fn list(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeRequests>,
    paging: Paging,
) -> Result<Answer<Page<Request>>, Refusal> {
    let part = platform
        .store
        .requests_below(user.scope, paging.slice()?)
        .await?;
    let scopes: Vec<ScopeGuid> = part.rows.iter().map(|row| row.scope).collect();
    let known = platform.store.with_all_above(&scopes).await?;
    page(part, |row| {
        let seen = Seen::among(&known, row.scope);
        view(row, &seen)
    })
    .map(Answer)
}

/// One request.
#[utoipa::path(
    get,
    path = "/requests/{id}",
    operation_id = "show_request",
    tag = "requests",
    security(("session" = ["SeeRequests"])),
    params(("id" = RequestId, Path)),
    responses((status = 200, description = "The request.", body = Request)),
)]
pub(super) async fn show(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeRequests>,
    Named(id): Named<RequestId>,
) -> Result<Answer<Request>, Refusal> {
    let (row, seen) = one(&platform, &user, id).await?;
    Ok(Answer(view(row, &seen)))
}

/// Submits a request for a Group Certificate.
#[utoipa::path(
    post,
    path = "/requests",
    operation_id = "submit_request",
    tag = "requests",
    security(("session" = ["SubmitRequests"])),
    request_body = SubmitRequest,
    responses((status = 201, description = "Submitted.", body = Request)),
    extensions(("x-problems" = json!(["CsrError", "not-found"]))),
)]
pub(super) async fn submit(
    State(platform): State<Shared>,
    May { user, .. }: May<SubmitRequests>,
    asked: Asked,
    Json(submit): Json<SubmitRequest>,
) -> Result<(StatusCode, Answer<Request>), Refusal> {
    let csr = CertificateSigningRequest::from_pem(submit.request.as_bytes())?;
    let seen = access::scope(&platform, &user, csr.scope()).await?;
    let id = platform.entropy.draw(RequestId::random);
    let act = asked
        .by(&user, Action::SubmitRequest)
        .request(id)
        .scope(csr.scope())
        .named(seen.name())
        .with("spki_fingerprint", csr.spki_fingerprint());
    let row = RequestRow {
        id,
        scope: csr.scope(),
        requester: user.name,
        requester_name: user.display_name,
        submitted_at: platform.now(),
        spki_fingerprint: csr.spki_fingerprint(),
        request: csr.to_pem(),
        state: RequestState::Waiting,
    };
    platform.store.insert_request(&row, &act).await?;
    tracing::info!(scope = %row.scope, request = %row.id, user = row.requester, "request submitted");
    Ok((StatusCode::CREATED, Answer(view(row, &seen))))
}

/// Hands the signed certificate over.
#[utoipa::path(
    post,
    path = "/requests/{id}/signature",
    operation_id = "sign_request",
    tag = "requests",
    security(("session" = ["DecideRequests"])),
    params(("id" = RequestId, Path)),
    request_body = SignRequest,
    responses((status = 200, description = "Signed.", body = Request)),
    extensions(("x-problems" = json!(["ProfileError", "another-key-pair", "request-not-waiting"]))),
)]
pub(super) async fn sign(
    State(platform): State<Shared>,
    May { user, .. }: May<DecideRequests>,
    asked: Asked,
    Named(id): Named<RequestId>,
    Json(sign): Json<SignRequest>,
) -> Result<Answer<Request>, Refusal> {
    let (row, seen) = one(&platform, &user, id).await?;
    let certificate = GroupCertificate::from_pem(sign.certificate.as_bytes())?;
    platform
        .trust
        .check(&certificate, row.scope, platform.now())?;
    if certificate.spki_fingerprint() != row.spki_fingerprint {
        return Err(Refusal::AnotherKeyPair);
    }
    let fingerprint = certificate.fingerprint();
    let act = asked
        .by(&user, Action::SignRequest)
        .request(id)
        .scope(row.scope)
        .named(seen.name())
        .certificate(fingerprint);
    platform
        .store
        .sign_request(id, &certificate.to_pem(), fingerprint, &act)
        .await?;
    tracing::info!(request = %id, certificate = %fingerprint, user = user.name, "request signed");
    let (row, seen) = one(&platform, &user, id).await?;
    Ok(Answer(view(row, &seen)))
}

/// Rejects a request.
#[utoipa::path(
    post,
    path = "/requests/{id}/rejection",
    operation_id = "reject_request",
    tag = "requests",
    security(("session" = ["DecideRequests"])),
    params(("id" = RequestId, Path)),
    request_body = RejectRequest,
    responses((status = 200, description = "Rejected.", body = Request)),
    extensions(("x-problems" = json!(["reason-refused", "request-not-waiting"]))),
)]
pub(super) async fn reject(
    State(platform): State<Shared>,
    May { user, .. }: May<DecideRequests>,
    asked: Asked,
    Named(id): Named<RequestId>,
    Json(reject): Json<RejectRequest>,
) -> Result<Answer<Request>, Refusal> {
    words::reason(&reject.reason)?;
    let (row, seen) = one(&platform, &user, id).await?;
    let act = asked
        .by(&user, Action::RejectRequest)
        .request(id)
        .scope(row.scope)
        .named(seen.name())
        .why(&reject.reason);
    platform
        .store
        .reject_request(id, &reject.reason, &act)
        .await?;
    tracing::info!(request = %id, user = user.name, "request rejected");
    let (row, seen) = one(&platform, &user, id).await?;
    Ok(Answer(view(row, &seen)))
}

async fn one(
    platform: &Platform,
    user: &User,
    id: RequestId,
) -> Result<(RequestRow, Seen), Refusal> {
    let row = platform.store.request(id).await?.ok_or(Refusal::NotFound)?;
    let seen = access::scope(platform, user, row.scope).await?;
    Ok((row, seen))
}

fn view(row: RequestRow, seen: &Seen) -> Request {
    Request {
        id: row.id,
        scope: row.scope,
        scope_name: seen.name().to_owned(),
        path: seen.path(),
        requester: row.requester,
        requester_name: row.requester_name,
        submitted_at: row.submitted_at,
        spki_fingerprint: row.spki_fingerprint,
        request: row.request,
        state: row.state,
    }
}
