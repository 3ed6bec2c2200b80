//! Group Certificates: list a scope's own, upload a signed one.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Json as Answer;
use axum::extract::State;
use keyfold_api::audit::Action;
use keyfold_api::certificates::{
    CaptureProgress, CaptureState, UploadCertificate, Uploaded, UploadedCertificate,
};
use keyfold_api::pages::{Page, PageQuery};
use keyfold_api::scopes::NamedAccount;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use keyfold_core::x509::pem;
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::audit::Asked;
use crate::body::Json;
use crate::caller::{May, Named, NamedWithin};
use crate::paging::{Paging, page};
use crate::refusal::Refusal;
use crate::rights::{SeeTree, UploadCertificates};
use crate::state::{Platform, Shared};
use crate::store::CertificateRow;
use crate::{access, capture};

/// An upload waits so long for what it captures; then it answers how far that has come.
const PATIENCE: Duration = Duration::from_secs(5);

/// Group Certificates uploaded for a scope, newest first.
#[utoipa::path(
    get,
    path = "/scopes/{guid}/certificates",
    operation_id = "list_certificates",
    tag = "certificates",
    security(("session" = ["SeeTree"])),
    params(("guid" = ScopeGuid, Path), PageQuery),
    responses((status = 200, description = "The certificates.", body = Page<UploadedCertificate>)),
)]
pub(super) async fn list(
    State(platform): State<Shared>,
    May { user, .. }: May<SeeTree>,
    Named(scope): Named<ScopeGuid>,
    paging: Paging,
) -> Result<Answer<Page<UploadedCertificate>>, Refusal> {
    access::scope(&platform, &user, scope).await?;
    let now = platform.now();
    let part = platform
        .store
        .certificates_of(scope, paging.slice()?)
        .await?;
    page(part, |row| view(&platform, row, now)).map(Answer)
}

/// Makes the certificate active, then captures every key in memory that it covers. Saying it again is harmless, and
/// captures what is still missing.
#[utoipa::path(
    post,
    path = "/scopes/{guid}/certificates",
    operation_id = "upload_certificate",
    tag = "certificates",
    security(("session" = ["UploadCertificates"])),
    params(("guid" = ScopeGuid, Path)),
    request_body = UploadCertificate,
    responses((status = 200, description = "Active.", body = Uploaded)),
    extensions(("x-problems" = json!(["ProfileError", "certificate-replaces-another", "certificate-superseded"]))),
)]
pub(super) async fn upload(
    State(platform): State<Shared>,
    May { user, .. }: May<UploadCertificates>,
    asked: Asked,
    Named(scope): Named<ScopeGuid>,
    Json(upload): Json<UploadCertificate>,
) -> Result<Answer<Uploaded>, Refusal> {
    let seen = access::scope(&platform, &user, scope).await?;
    let now = platform.now();
    let certificate = GroupCertificate::from_pem(upload.certificate.as_bytes())?;
    platform.trust.check(&certificate, scope, now)?;
    let mut act = asked
        .by(&user, Action::UploadCertificate)
        .scope(scope)
        .named(seen.name())
        .certificate(certificate.fingerprint());
    if let Some(replaces) = upload.replaces {
        act = act.with("replaces", replaces);
    }
    let row = CertificateRow {
        fingerprint: certificate.fingerprint(),
        scope,
        spki_fingerprint: certificate.spki_fingerprint(),
        der: certificate.der().to_vec(),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        uploaded_at: now,
        uploaded_by: user.display_name,
        superseded: false,
    };
    platform.store.activate(&row, upload.replaces, &act).await?;
    tracing::info!(%scope, certificate = %row.fingerprint, user = user.name, "certificate active");
    let job = capture::all_below(&platform, Arc::new(certificate));
    // It goes on when the asker is gone, and when it takes longer than this answer.
    let ended = timeout(PATIENCE, job.ended()).await;
    let capture = ended.unwrap_or_else(|_| job.progress());
    if capture.state == CaptureState::Failed {
        return Err(Refusal::Internal(
            "the certificate is active, but keys in memory were not all captured",
        ));
    }
    answer(&platform, &row, capture).await.map(Answer)
}

/// How far capturing the keys in memory to this certificate has come.
#[utoipa::path(
    get,
    path = "/scopes/{guid}/certificates/{fingerprint}/capture",
    operation_id = "show_capture",
    tag = "certificates",
    security(("session" = ["UploadCertificates"])),
    params(("guid" = ScopeGuid, Path), ("fingerprint" = Fingerprint, Path)),
    responses((status = 200, description = "How far it has come.", body = CaptureProgress)),
)]
pub(super) async fn show_capture(
    State(platform): State<Shared>,
    May { user, .. }: May<UploadCertificates>,
    NamedWithin(scope, fingerprint): NamedWithin<ScopeGuid, Fingerprint>,
) -> Result<Answer<CaptureProgress>, Refusal> {
    access::scope(&platform, &user, scope).await?;
    let certificate = platform.store.certificate(fingerprint).await?;
    if certificate.is_none_or(|certificate| certificate.scope != scope) {
        return Err(Refusal::NotFound);
    }
    let job = platform.captures.of(fingerprint);
    Ok(Answer(job.map(|job| job.progress()).unwrap_or_default()))
}

async fn answer(
    platform: &Platform,
    uploaded: &CertificateRow,
    capture: CaptureProgress,
) -> Result<Uploaded, Refusal> {
    let stored = platform
        .store
        .certificate(uploaded.fingerprint)
        .await?
        .ok_or(Refusal::NotFound)?;
    let accounts = platform.store.accounts_below(uploaded.scope).await?;
    let held: HashSet<(AccountId, KeyId)> = platform
        .store
        .captured_to(uploaded.fingerprint)
        .await?
        .into_iter()
        .collect();
    Ok(Uploaded {
        certificate: view(platform, stored, platform.now()),
        captured_now: capture.captured,
        capture,
        accounts: u32::try_from(accounts.len()).unwrap_or(u32::MAX),
        needs_backup: accounts
            .into_iter()
            .filter(|account| {
                !account
                    .key_id
                    .is_some_and(|key| held.contains(&(account.id, key)))
            })
            .map(|account| NamedAccount {
                id: account.id,
                name: account.name,
            })
            .collect(),
    })
}

fn view(platform: &Platform, row: CertificateRow, now: OffsetDateTime) -> UploadedCertificate {
    UploadedCertificate {
        fingerprint: row.fingerprint,
        scope: row.scope,
        spki_fingerprint: row.spki_fingerprint,
        certificate: pem::encode(pem::CERTIFICATE, &row.der),
        not_before: row.not_before,
        not_after: row.not_after,
        uploaded_at: row.uploaded_at,
        state: platform.trust.state(&row, now),
        uploaded_by: row.uploaded_by,
    }
}
