//! Group Certificates: list a scope's own, upload a signed one.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use keyfold_api::certificates::{UploadCertificate, Uploaded, UploadedCertificate};
use keyfold_api::pages::{Page, PageQuery};
use keyfold_api::scopes::NamedAccount;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use keyfold_core::x509::pem;
use time::OffsetDateTime;

use crate::body::Json;
use crate::caller::{Admin, Named, SignedIn};
use crate::paging::{Paging, page};
use crate::refusal::Refusal;
use crate::state::{Platform, Shared};
use crate::store::CertificateRow;
use crate::{access, capture};

/// Group Certificates uploaded for a scope, newest first.
#[utoipa::path(
    get,
    path = "/scopes/{guid}/certificates",
    operation_id = "list_certificates",
    tag = "certificates",
    security(("session" = [])),
    params(("guid" = ScopeGuid, Path), PageQuery),
    responses((status = 200, description = "The certificates.", body = Page<UploadedCertificate>)),
)]
pub(super) async fn list(
    State(platform): State<Shared>,
    caller: SignedIn,
    Named(scope): Named<ScopeGuid>,
    paging: Paging,
) -> Result<Answer<Page<UploadedCertificate>>, Refusal> {
    access::scope(&platform, &caller.user, scope).await?;
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
    security(("session" = ["admin"])),
    params(("guid" = ScopeGuid, Path)),
    request_body = UploadCertificate,
    responses((status = 200, description = "Active.", body = Uploaded)),
    extensions(("x-problems" = json!(["ProfileError", "capture-failed", "capture-signer-refused", "certificate-replaces-another", "certificate-superseded"]))),
)]
pub(super) async fn upload(
    State(platform): State<Shared>,
    Admin(user): Admin,
    Named(scope): Named<ScopeGuid>,
    Json(upload): Json<UploadCertificate>,
) -> Result<Answer<Uploaded>, Refusal> {
    access::scope(&platform, &user, scope).await?;
    let now = platform.now();
    let certificate = GroupCertificate::from_pem(upload.certificate.as_bytes())?;
    platform.trust.check(&certificate, scope, now)?;
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
    platform.store.activate(&row, upload.replaces).await?;
    tracing::info!(%scope, certificate = %row.fingerprint, user = user.name, "certificate active");
    // A task of its own: it goes on when the asker is gone.
    let captured_now = tokio::spawn({
        let platform = Arc::clone(&platform);
        async move { capture::all_below(&platform, Arc::new(certificate)).await }
    });
    let captured_now = captured_now
        .await
        .map_err(|_| Refusal::Internal("capturing panicked"))??;
    answer(&platform, &row, captured_now).await.map(Answer)
}

async fn answer(
    platform: &Platform,
    uploaded: &CertificateRow,
    captured_now: u32,
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
        captured_now,
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
