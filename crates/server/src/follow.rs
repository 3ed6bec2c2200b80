//! What an AccountServer does about changes that another one on the same database made: it captures the keys in its own
//! memory to a certificate that was uploaded there, and wipes the keys of accounts that were deleted there, or are captured end to end by now.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use keyfold_api::certificates::CaptureState;
use keyfold_core::group_certificate::GroupCertificate;
use keyfold_core::id::AccountId;
use tokio::time::sleep;

use crate::capture;
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::store::{CertificateRow, Notice, Notices, StoreError};

/// Between attempts, when the database fails.
const PAUSE: Duration = Duration::from_secs(5);

/// Follows what the others do from now on. Call it before the first key is presented.
pub async fn start(platform: &Shared) -> Result<(), StoreError> {
    let notices = platform.store.notices().await?;
    let seen = platform.store.last_activation().await?;
    tokio::spawn(follow(Arc::clone(platform), notices, seen));
    Ok(())
}

/// `seen` is the number of the newest certificate to which everything in memory is captured.
async fn follow(platform: Shared, mut notices: Notices, mut seen: i64) {
    while let Some(told) = notices.next().await {
        match told.notice {
            // Its upload captures what is in this memory.
            Notice::CertificateActivated { .. } if !told.elsewhere => {}
            Notice::CertificateActivated { .. } => {
                catch_up(&platform, &mut seen).await;
            }
            Notice::Resumed => {
                catch_up(&platform, &mut seen).await;
                for account in in_memory(&platform) {
                    forget_if_gone(&platform, account).await;
                }
            }
            Notice::AccountChanged { account, .. } if told.elsewhere => {
                forget_if_gone(&platform, account).await;
            }
            _ => {}
        }
    }
}

fn in_memory(platform: &Shared) -> BTreeSet<AccountId> {
    let keys = platform.cache.ids().into_iter();
    keys.map(|(account, _)| account).collect()
}

/// Of an account that was deleted, or whose Agent keeps its key to itself by now, no key stays in memory.
async fn forget_if_gone(platform: &Shared, account: AccountId) {
    // What cannot be asked is asked again after the connection that was lost.
    let Ok(row) = platform.store.account(account).await else {
        return;
    };
    if row.is_none_or(|row| row.end_to_end) {
        platform.cache.evict_account(account);
    }
}

async fn catch_up(platform: &Shared, seen: &mut i64) {
    while let Err(error) = capture_after(platform, seen).await {
        tracing::error!(%error, "keys in memory are not captured yet; trying again");
        sleep(PAUSE).await;
    }
}

async fn capture_after(platform: &Shared, seen: &mut i64) -> Result<(), Refusal> {
    for (number, row) in platform.store.activated_after(*seen).await? {
        if let Some(certificate) = checked(platform, &row) {
            let job = capture::all_below(platform, Arc::new(certificate));
            let captured = job.ended().await;
            if captured.state == CaptureState::Failed {
                return Err(Refusal::Internal("the log says why capturing failed"));
            }
            tracing::info!(scope = %row.scope, certificate = %row.fingerprint, captured = captured.captured, "followed an upload");
        }
        *seen = number;
    }
    Ok(())
}

fn checked(platform: &Shared, row: &CertificateRow) -> Option<GroupCertificate> {
    let certificate = GroupCertificate::from_der(&row.der).and_then(|certificate| {
        platform
            .trust
            .check(&certificate, row.scope, platform.now())?;
        Ok(certificate)
    });
    certificate
        .inspect_err(|error| {
            tracing::warn!(scope = %row.scope, certificate = %row.fingerprint, %error, "no capture to this certificate");
        })
        .ok()
}
