//! Keys that their Agents encrypted: signed and stored, never seen.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_api::captured_keys::CapturedKeyId;
use keyfold_api::end_to_end::EnvelopedKey;
use keyfold_core::id::ScopeGuid;
use time::Duration;
use tokio::task::spawn_blocking;

use super::recipients::RecipientError;
use crate::cache::LifeId;
use crate::refusal::Refusal;
use crate::state::{Platform, Shared};
use crate::store::{BackupRow, CaptureRow, CertificateRow};

/// Between the time of capture that the Agent was told and the end of its backup lies less.
const PATIENCE: Duration = Duration::minutes(15);

/// Signs what the Agent encrypted after this backup: answers rows that are yet to be stored, one for each certificate. The
/// backup stands for the key's stay in memory: it has none.
pub(crate) async fn countersigned(
    platform: &Shared,
    backup: &BackupRow,
    group: ScopeGuid,
    enveloped: &[EnvelopedKey],
) -> Result<Vec<CaptureRow>, Refusal> {
    let present = platform.store.present_above(group).await?;
    let (platform, backup, enveloped) = (Arc::clone(platform), backup.clone(), enveloped.to_vec());
    let work = move || {
        let rows = enveloped.iter().map(|key| {
            let mut above = present.iter();
            let above = above.find(|row| row.fingerprint == key.certificate);
            one(&platform, &backup, above.ok_or(Refusal::NotAbove)?, key)
        });
        rows.collect()
    };
    spawn_blocking(work)
        .await
        .map_err(|_| Refusal::Internal("signing panicked"))?
}

fn one(
    platform: &Platform,
    backup: &BackupRow,
    certificate: &CertificateRow,
    key: &EnvelopedKey,
) -> Result<CaptureRow, Refusal> {
    let now = platform.now();
    if (key.captured_at - now).abs() > PATIENCE {
        return Err(Refusal::CaptureTime);
    }
    let envelope = STANDARD
        .decode(&key.envelope)
        .map_err(|_| Refusal::SecretEncoding)?;
    let recipient = platform
        .recipients
        .of(certificate, &platform.trust, now)
        .map_err(|error| match error {
            RecipientError::Profile(error) => Refusal::Profile(error),
            RecipientError::Capture(error) => Refusal::Capture(error),
        })?;
    let signer = platform.trust.signer(now)?;
    let content = recipient.countersign(&envelope, key.captured_at, &signer)?;
    Ok(CaptureRow {
        id: platform.entropy.draw(CapturedKeyId::random),
        account: backup.account,
        key_id: backup.key_id,
        certificate: certificate.fingerprint,
        life: life(backup)?,
        captured_at: key.captured_at,
        content,
    })
}

fn life(backup: &BackupRow) -> Result<LifeId, Refusal> {
    let number = backup.id.to_string();
    number
        .parse()
        .map_err(|_| Refusal::Internal("a backup's number is none"))
}
