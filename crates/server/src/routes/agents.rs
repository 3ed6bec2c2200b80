//! Agents: enrol, present the key at the start of a backup, report its end.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_api::agents::{
    AgentAccount, BackupEnded, BackupId, BackupOutcome, BackupStarted, EndBackup, Enrol, Enrolled,
    NewCredential, PresentedSecret, StartBackup,
};
use keyfold_api::audit::{Action, By};
use keyfold_api::end_to_end::EnvelopedKey;
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret};
use keyfold_core::fingerprint::Fingerprint;
use serde_json::Value;
use zeroize::Zeroizing;

use super::accounts::key_state;
use crate::audit::{Asked, denials};
use crate::body::Json;
use crate::cache::{Eviction, LifeId};
use crate::caller::{Agent, Named};
use crate::capture;
use crate::clock::token_hash;
use crate::idempotency;
use crate::operation::AFTER_BACKUP;
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::store::{AccountRow, BackupRow, Conflict, EndedBackup, StoreError};

/// How often a capture begins anew when certificates change at the same moment.
const ATTEMPTS: u32 = 8;

/// Uses a one-time token up. The credential of an Agent that was enrolled before works until this one was used.
#[utoipa::path(
    post,
    path = "/agent/enrolment",
    operation_id = "enrol_agent",
    tag = "agents",
    request_body = Enrol,
    responses((status = 201, description = "Enrolled; the credential is shown this once.", body = Enrolled)),
    extensions(("x-problems" = json!(["enrolment-refused"]))),
)]
pub(super) async fn enrol(
    State(platform): State<Shared>,
    asked: Asked,
    Json(enrol): Json<Enrol>,
) -> Result<(StatusCode, Answer<Enrolled>), Refusal> {
    let credential = platform.entropy.token();
    let act = asked
        .nobody(Action::EnrolAgent)
        .with("host_name", &enrol.host_name);
    let enrolled = platform
        .store
        .enrol(
            &token_hash(&enrol.token),
            &token_hash(&credential),
            platform.now(),
            &act,
        )
        .await?;
    let Some(account) = enrolled else {
        denials::record(&platform, act.denied("enrolment-refused")).await;
        return Err(Refusal::Enrolment);
    };
    tracing::info!(account = %account.id, host = enrol.host_name, "agent enrolled");
    let enrolled = Enrolled {
        account: account.id,
        account_name: account.name,
        credential: credential.to_string(),
        end_to_end: account.end_to_end,
    };
    Ok((StatusCode::CREATED, Answer(enrolled)))
}

/// Gives the Agent its next credential. The present one works until the next one was used.
#[utoipa::path(
    post,
    path = "/agent/credentials",
    operation_id = "renew_credential",
    tag = "agents",
    security(("agent" = [])),
    request_body = Object,
    responses((status = 201, description = "The next credential, shown this once.", body = NewCredential)),
)]
pub(super) async fn renew_credential(
    State(platform): State<Shared>,
    Agent(account): Agent,
    asked: Asked,
    Json(_): Json<Value>,
) -> Result<(StatusCode, Answer<NewCredential>), Refusal> {
    let credential = platform.entropy.token();
    let act = asked
        .from(By::Agent(account.id), Action::RenewCredential)
        .account(account.id)
        .scope(account.group)
        .named(&account.name);
    platform
        .store
        .renew_credential(account.id, &token_hash(&credential), platform.now(), &act)
        .await?;
    tracing::info!(account = %account.id, "credential renewed");
    let credential = credential.to_string();
    Ok((StatusCode::CREATED, Answer(NewCredential { credential })))
}

/// What the AccountServer knows of the Agent's account.
#[utoipa::path(
    get,
    path = "/agent/account",
    operation_id = "show_agent_account",
    tag = "agents",
    security(("agent" = [])),
    responses((status = 200, description = "The account.", body = AgentAccount)),
)]
pub(super) async fn account(
    State(platform): State<Shared>,
    Agent(account): Agent,
) -> Result<Answer<AgentAccount>, Refusal> {
    let account = platform.store.account(account.id).await?;
    let account = account.ok_or(Refusal::NotSignedIn)?;
    Ok(Answer(AgentAccount {
        account: account.id,
        key_state: key_state(&platform, &account),
        name: account.name,
        key_id: account.key_id,
        last_backup_at: account.last_backup_at,
        disclosed_at: account.disclosed_at,
    }))
}

/// Presents the key at the start of a backup; an account that is captured end to end says its number only.
#[utoipa::path(
    post,
    path = "/agent/backups",
    operation_id = "start_backup",
    tag = "agents",
    security(("agent" = [])),
    request_body = StartBackup,
    responses((status = 201, description = "The key is in memory.", body = BackupStarted)),
    extensions(("x-problems" = json!(["EncryptionKeyError", "key-id-in-use", "end-to-end", "no-locked-memory", "secret-not-base64"]))),
)]
pub(super) async fn start_backup(
    State(platform): State<Shared>,
    Agent(account): Agent,
    Json(start): Json<StartBackup>,
) -> Result<(StatusCode, Answer<BackupStarted>), Refusal> {
    let now = platform.now();
    let key_id = start.key_id;
    let key = match (account.end_to_end, start.secrets.is_empty()) {
        (true, true) => None,
        (true, false) => return Err(Refusal::EndToEnd),
        (false, _) => Some(presented(start.secrets)?),
    };
    let held = platform.cache.holds(account.id, key_id);
    let life = platform.entropy.draw(LifeId::random);
    let backup = BackupRow {
        id: platform.entropy.draw(BackupId::random),
        account: account.id,
        key_id,
        generated: start.generated,
        started_at: now,
        outcome: None,
    };
    let started = BackupStarted { backup: backup.id };
    idempotency::foresee(StatusCode::CREATED, &started)?;
    if let Some(key) = &key {
        platform.cache.present(account.id, key_id, key, life)?;
    }
    if let Err(error) = platform.store.start_backup(&backup).await {
        if !held {
            platform
                .cache
                .evict(account.id, key_id, Eviction::BackupFailed);
        }
        return Err(error.into());
    }
    tracing::info!(account = %account.id, backup = %backup.id, "backup began");
    Ok((StatusCode::CREATED, Answer(started)))
}

/// Captures the key of a completed backup, or a changed key; that it ended and what was captured become durable together.
#[utoipa::path(
    post,
    path = "/agent/backups/{id}/end",
    operation_id = "end_backup",
    tag = "agents",
    security(("agent" = [])),
    params(("id" = BackupId, Path)),
    request_body = EndBackup,
    responses((status = 200, description = "Recorded.", body = BackupEnded)),
    extensions(("x-problems" = json!(["backup-ended", "capture-failed", "capture-signer-refused", "capture-time-refused", "certificate-not-above", "envelope-refused", "key-not-in-memory", "not-end-to-end", "ProfileError", "secret-not-base64"]))),
)]
pub(super) async fn end_backup(
    State(platform): State<Shared>,
    Agent(account): Agent,
    asked: Asked,
    Named(id): Named<BackupId>,
    Json(end): Json<EndBackup>,
) -> Result<Answer<BackupEnded>, Refusal> {
    let now = platform.now();
    let backup = platform.store.backup(id).await?.ok_or(Refusal::NotFound)?;
    if backup.account != account.id {
        return Err(Refusal::NotFound);
    }
    let key_id = backup.key_id;
    let ended = EndedBackup {
        outcome: end.outcome,
        exit_code: end.exit_code,
        bytes: end.bytes,
        repository: end.repository.as_ref(),
        ended_at: now,
    };
    let mut captured = 0;
    if end.outcome.captures() {
        if account.end_to_end {
            // The Agent has the key, and sends it encrypted.
        } else if !end.enveloped.is_empty() {
            return Err(Refusal::NotEndToEnd);
        } else if backup.outcome.is_none() && !platform.cache.holds(account.id, key_id) {
            return Err(Refusal::KeyNotInMemory);
        }
        captured = end_and_capture(&platform, &account, &backup, ended, &end.enveloped).await?;
    } else {
        platform.store.end_backup(id, ended, &[], &[]).await?;
    }
    match end.outcome {
        BackupOutcome::Completed if backup.outcome.is_none() => {
            platform.cache.touch(account.id, key_id);
        }
        BackupOutcome::Failed if !platform.store.completed_before(account.id, key_id).await? => {
            platform
                .cache
                .evict(account.id, key_id, Eviction::BackupFailed);
        }
        _ => {}
    }
    tracing::info!(account = %account.id, backup = %id, captured, "backup ended");
    let disclosed = account.disclosed_at.is_some() && {
        let act = asked
            .from(By::Agent(account.id), Action::AnswerDisclosure)
            .account(account.id);
        !platform.store.answer_disclosure(account.id, &act).await?
    };
    let captured_to = platform.store.scopes_holding(account.id, key_id).await?;
    Ok(Answer(BackupEnded {
        captured_to,
        disclosed,
    }))
}

/// Ends a completed backup with what is captured after it; answers how many keys that were. Begins anew when an upload or
/// a move comes between.
async fn end_and_capture(
    platform: &Shared,
    account: &AccountRow,
    backup: &BackupRow,
    ended: EndedBackup<'_>,
    enveloped: &[EnvelopedKey],
) -> Result<u32, Refusal> {
    let mut group = account.group;
    for _ in 0..ATTEMPTS {
        let present = platform.store.present_above(group).await?;
        let present: Vec<Fingerprint> = present.iter().map(|row| row.fingerprint).collect();
        let captured = if account.end_to_end {
            capture::countersigned(platform, backup, group, enveloped).await?
        } else {
            capture::to_all_above(platform, account.id, backup.key_id, group).await?
        };
        let end = platform
            .store
            .end_backup(backup.id, ended, &captured, &present);
        match end.await {
            Err(StoreError::Conflict(Conflict::CertificatesChanged)) => {}
            ended => {
                ended?;
                let metrics = &platform.operation.metrics;
                let captured = u32::try_from(captured.len()).unwrap_or(u32::MAX);
                metrics.captured(AFTER_BACKUP, captured);
                return Ok(captured);
            }
        }
        let moved = platform.store.account(account.id).await?;
        group = moved.ok_or(Refusal::NotSignedIn)?.group;
    }
    Err(StoreError::from(Conflict::CertificatesChanged).into())
}

fn presented(secrets: Vec<PresentedSecret>) -> Result<EncryptionKey, Refusal> {
    let secrets = secrets.into_iter().map(|secret| {
        let value = STANDARD.decode(secret.value.as_bytes()).map(Zeroizing::new);
        let value = value.map_err(|_| Refusal::SecretEncoding)?;
        Ok(NamedSecret::new(&secret.name, value)?)
    });
    Ok(EncryptionKey::new(
        secrets.collect::<Result<_, Refusal>>()?,
    )?)
}
