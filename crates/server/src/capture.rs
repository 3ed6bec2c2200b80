//! Capturing keys that are in memory.

use std::collections::HashSet;
use std::sync::Arc;
use std::thread;

use keyfold_api::captured_keys::CapturedKeyId;
use keyfold_core::captured_key::{CaptureRecord, capture};
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::{AccountId, KeyId, ScopeGuid};
use time::OffsetDateTime;
use tokio::task::spawn_blocking;

use crate::refusal::Refusal;
use crate::state::{Platform, Shared};
use crate::store::CaptureRow;

/// So many captured keys are stored in one transaction.
const BATCH: usize = 512;

/// Captures one key to every certificate that captures on the way from its Group to the root, unless it was before.
///
/// Answers rows that are yet to be stored. A key that is not in memory gives none.
pub(crate) async fn to_all_above(
    platform: &Shared,
    account: AccountId,
    key_id: KeyId,
    group: ScopeGuid,
) -> Result<Vec<CaptureRow>, Refusal> {
    let now = platform.now();
    let Some(life) = platform.cache.life(account, key_id) else {
        return Ok(Vec::new());
    };
    let held = platform
        .store
        .certificates_holding(account, key_id, life)
        .await?;
    let mut certificates = Vec::new();
    for row in platform.store.present_above(group).await? {
        if held.contains(&row.fingerprint) {
            continue;
        }
        let checked = GroupCertificate::from_der(&row.der).and_then(|parsed| {
            platform
                .trust
                .check(&parsed, row.scope, now)
                .map(|()| parsed)
        });
        match checked {
            Ok(certificate) => certificates.push(certificate),
            Err(error) => {
                tracing::warn!(scope = %row.scope, certificate = %row.fingerprint, %error, "no capture to this certificate");
            }
        }
    }
    if certificates.is_empty() {
        return Ok(Vec::new());
    }
    let platform = Arc::clone(platform);
    let work = move || {
        let rows = certificates
            .iter()
            .map(|to| one(&platform, to, account, key_id, now));
        rows.filter_map(Result::transpose).collect()
    };
    spawn_blocking(work)
        .await
        .map_err(|_| Refusal::Internal("capturing panicked"))?
}

/// Captures every key in memory that the certificate covers, on all cores; answers how many are new.
pub(crate) async fn all_below(
    platform: &Shared,
    certificate: Arc<GroupCertificate>,
) -> Result<u32, Refusal> {
    let now = platform.now();
    let scope = certificate.scope();
    let covered: HashSet<AccountId> = platform
        .store
        .accounts_below(scope)
        .await?
        .iter()
        .map(|account| account.id)
        .collect();
    let held: HashSet<(AccountId, KeyId)> = platform
        .store
        .captured_to(certificate.fingerprint())
        .await?
        .into_iter()
        .collect();
    let keys: Vec<(AccountId, KeyId)> = platform
        .cache
        .ids()
        .into_iter()
        .filter(|key| covered.contains(&key.0) && !held.contains(key))
        .collect();
    let mut new = 0;
    for batch in keys.chunks(BATCH) {
        let (platform_, certificate, batch) = (
            Arc::clone(platform),
            Arc::clone(&certificate),
            batch.to_vec(),
        );
        let rows = spawn_blocking(move || in_parallel(&platform_, &certificate, &batch, now))
            .await
            .map_err(|_| Refusal::Internal("capturing panicked"))??;
        new += platform.store.insert_captured(&rows).await?;
    }
    Ok(new)
}

fn in_parallel(
    platform: &Platform,
    certificate: &GroupCertificate,
    keys: &[(AccountId, KeyId)],
    now: OffsetDateTime,
) -> Result<Vec<CaptureRow>, Refusal> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = keys
            .chunks(keys.len().div_ceil(cores).max(1))
            .map(|part| {
                scope.spawn(move || {
                    let rows = part.iter().map(|(account, key_id)| {
                        one(platform, certificate, *account, *key_id, now)
                    });
                    rows.filter_map(Result::transpose)
                        .collect::<Result<Vec<_>, Refusal>>()
                })
            })
            .collect();
        let mut rows = Vec::with_capacity(keys.len());
        for worker in workers {
            rows.extend(
                worker
                    .join()
                    .map_err(|_| Refusal::Internal("capturing panicked"))??,
            );
        }
        Ok(rows)
    })
}

/// Captures one key; none when it is not in memory any more.
fn one(
    platform: &Platform,
    certificate: &GroupCertificate,
    account: AccountId,
    key_id: KeyId,
    now: OffsetDateTime,
) -> Result<Option<CaptureRow>, Refusal> {
    let Some(cached) = platform.cache.key(account, key_id) else {
        return Ok(None);
    };
    let record = CaptureRecord {
        account,
        scope: certificate.scope(),
        key_id,
        certificate: certificate.fingerprint(),
        captured_at: now,
    };
    let content = capture(
        &record,
        &cached.key,
        certificate,
        platform.trust.signer(now)?,
    )?;
    let id = platform.entropy.draw(CapturedKeyId::random);
    Ok(Some(CaptureRow {
        id,
        account,
        key_id,
        certificate: record.certificate,
        life: cached.life,
        captured_at: now,
        content,
    }))
}
