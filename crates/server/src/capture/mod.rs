//! Capturing keys that are in memory: one key after its backup, or all that a certificate covers after its upload.

mod enveloped;
mod jobs;
mod pass;
mod recipients;

use std::sync::Arc;

use keyfold_api::captured_keys::CapturedKeyId;
use keyfold_core::captured_key::{CaptureRecipient, CaptureRecord};
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use time::OffsetDateTime;
use tokio::task::spawn_blocking;

pub(crate) use enveloped::countersigned;
pub use jobs::{Job, Jobs};
pub use recipients::Recipients;

use crate::refusal::Refusal;
use crate::state::{Platform, Shared};
use crate::store::CaptureRow;

/// Captures one key to every certificate that captures on the way from its Group to the root, unless it was before
/// during its present stay in memory.
///
/// Answers rows that are yet to be stored. A key that is not in memory gives none.
pub(crate) async fn to_all_above(
    platform: &Shared,
    account: AccountId,
    key_id: KeyId,
    group: ScopeGuid,
) -> Result<Vec<CaptureRow>, Refusal> {
    let Some(life) = platform.cache.life(account, key_id) else {
        return Ok(Vec::new());
    };
    let now = platform.now();
    let held = platform
        .store
        .certificates_holding(account, key_id, life)
        .await?;
    let mut recipients = Vec::new();
    for row in platform.store.present_above(group).await? {
        if held.contains(&row.fingerprint) {
            continue;
        }
        match platform.recipients.of(&row, &platform.trust, now) {
            Ok(recipient) => recipients.push(recipient),
            Err(error) => {
                tracing::warn!(scope = %row.scope, certificate = %row.fingerprint, %error, "no capture to this certificate");
            }
        }
    }
    if recipients.is_empty() {
        return Ok(Vec::new());
    }
    let platform = Arc::clone(platform);
    let work = move || {
        let rows = recipients
            .iter()
            .map(|to| one(&platform, to, account, key_id, now));
        rows.filter_map(Result::transpose).collect()
    };
    spawn_blocking(work)
        .await
        .map_err(|_| Refusal::Internal("capturing panicked"))?
}

/// Captures every key in memory that the certificate covers, as a job that goes on when nobody waits for it. Asked again
/// for the same certificate, the same job looks once more for what is missing.
pub fn all_below(platform: &Shared, certificate: Arc<GroupCertificate>) -> Arc<Job> {
    let (job, is_new) = platform.captures.begin(certificate.fingerprint());
    if is_new {
        platform
            .operation
            .lifecycle
            .spawn(pass::until_nothing_is_missing(
                Arc::clone(platform),
                certificate,
                Arc::clone(&job),
            ));
    }
    job
}

/// Captures one key; none when it is not in memory any more.
fn one(
    platform: &Platform,
    to: &CaptureRecipient,
    account: AccountId,
    key_id: KeyId,
    now: OffsetDateTime,
) -> Result<Option<CaptureRow>, Refusal> {
    let Some(cached) = platform.cache.key(account, key_id) else {
        return Ok(None);
    };
    let record = CaptureRecord {
        account,
        scope: to.scope(),
        key_id,
        certificate: to.certificate(),
        captured_at: now,
    };
    let content = to.capture(&record, &cached.key, &*platform.trust.signer(now)?)?;
    Ok(Some(CaptureRow {
        id: platform.entropy.draw(CapturedKeyId::random),
        account,
        key_id,
        certificate: record.certificate,
        life: cached.life,
        captured_at: now,
        content,
    }))
}
