//! End-to-end capture: the Agent encrypts its key to Group Certificates itself, and the AccountServer never has it.
//!
//! Which scopes may have the key, a person says once on this machine, by their GUIDs (`end-to-end.json`). What the AccountServer
//! says is checked against that and against the pinned Authority; it decides nothing.

mod command;
mod judge;
mod pinned;

use std::time::Duration;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_api::agents::{BackupStarted, StartBackup};
use keyfold_api::client::{AgentClient, ClientError};
use keyfold_api::end_to_end::{CertificatesAbove, EnvelopedKey};
use keyfold_api::idempotency::IdempotencyKey;
use keyfold_core::captured_key::CaptureRecord;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::AccountId;
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::enrolment::KeptEnrolment;
use crate::key_file::KeptKey;
use crate::say::say;
use crate::state::StateDirectory;
use judge::Verdict;

pub(crate) use command::{command, settle};
pub(crate) use pinned::read;

/// Answered to a backup without a key, of an account whose key the AccountServer captures.
const NO_KEY: &str = "encryption-key-no-secrets";
/// An AccountServer that does not answer is not waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whose key it is, and whom that machine trusts.
#[derive(Clone, Copy)]
pub(crate) struct Own {
    pub(crate) account: AccountId,
    pub(crate) authority: Fingerprint,
}

impl Own {
    pub(crate) fn of(enrolment: &KeptEnrolment) -> Self {
        Self {
            account: enrolment.account,
            authority: enrolment.authority,
        }
    }
}

/// Begins a backup. An AccountServer that does not know that this account is captured end to end, is told.
pub(crate) async fn begin(
    platform: &AgentClient,
    once: &IdempotencyKey,
    start: &StartBackup,
) -> Result<BackupStarted, ClientError> {
    match platform.start_backup(once, start).await {
        Err(error) if error.problem_code() == Some(NO_KEY) => {
            platform.choose_end_to_end(true).await?;
            platform.start_backup(once, start).await
        }
        started => started,
    }
}

/// The key, encrypted to every certificate that passes; what does not pass is said, and gets nothing.
///
/// # Errors
/// When the AccountServer does not answer, or what was seen cannot be remembered.
pub(crate) async fn envelop(
    state: &StateDirectory,
    platform: &AgentClient,
    own: Own,
    key: &KeptKey,
    now: OffsetDateTime,
) -> Result<Vec<EnvelopedKey>> {
    let above = above(platform).await?;
    let _lock = pinned::lock(state).await?;
    let mut pinned = read(state)?.context("end-to-end capture was switched off meanwhile")?;
    let verdicts = match judge::all(&above, &mut pinned, own.authority, now) {
        Ok(verdicts) => verdicts,
        Err(error) => {
            say(&format!("the key is encrypted to nobody: {error}"));
            return Ok(Vec::new());
        }
    };
    // Before anything is encrypted: no older certificate has the key after this.
    pinned::write(state, &pinned)?;
    let mut enveloped = Vec::new();
    for (certificate, verdict) in above.certificates.iter().zip(verdicts) {
        let Verdict::Passes(recipient) = &verdict else {
            say(&format!(
                "the key is not encrypted to the certificate of {}: {verdict}",
                judge::named(certificate)
            ));
            continue;
        };
        let record = CaptureRecord {
            account: own.account,
            scope: recipient.scope(),
            key_id: key.id,
            certificate: recipient.certificate(),
            captured_at: above.now,
        };
        enveloped.push(EnvelopedKey {
            certificate: record.certificate,
            captured_at: record.captured_at,
            envelope: STANDARD.encode(recipient.envelop(&record, &key.key)?),
        });
    }
    Ok(enveloped)
}

async fn above(platform: &AgentClient) -> Result<CertificatesAbove> {
    Ok(timeout(PATIENCE, platform.certificates_above())
        .await
        .context("the AccountServer does not answer")??)
}

#[cfg(test)]
mod tests;
