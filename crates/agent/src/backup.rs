//! `backup`: present the key, run the tool, report the end.
//!
//! The backup comes first: whatever the AccountServer says or fails to say, the tool runs and its exit code is returned.

use std::ffi::OsString;
use std::time::Duration;

use anyhow::Context as _;
use keyfold_api::agents::{BackupEnded, BackupId, BackupOutcome, EndBackup, StartBackup};
use keyfold_api::client::{AgentClient, ClientError};
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::key_file::KeptKey;
use crate::state::StateDirectory;
use crate::tool::{self, Ended};
use crate::unreported::{self, Unreported};
use crate::{enrolment, key};

/// A backup does not wait longer than this for an AccountServer that does not answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the tool with the key; the exit code is the tool's.
pub(crate) async fn backup(state: &StateDirectory, tool: &[OsString]) -> anyhow::Result<i32> {
    let key = key::required(state)?;
    let platform = enrolment::required(state)?.client()?;

    let started = start(&platform, &key).await;
    match &started {
        Ok(_) => unreported::present(state, &platform, &key).await,
        Err(error) => say(&format!(
            "{error:#}\nThe backup runs all the same; its key is presented at the next chance."
        )),
    }
    let ended = tool::run(tool, state).await?;
    match ended.outcome(tool) {
        BackupOutcome::Completed => {
            // Whatever happens from here on, the backup is made: the exit code stays the tool's.
            if let Err(error) = completed(state, &platform, &key, started.ok(), &ended).await {
                say(&format!(
                    "the backup is made, but its end was not noted: {error:#}"
                ));
            }
        }
        BackupOutcome::Failed => failed(&platform, started.ok(), &ended).await,
    }
    Ok(ended.exit_code())
}

/// Presents the key and reports a completed backup in one go.
pub(crate) async fn present_completed(
    platform: &AgentClient,
    key: &KeptKey,
    exit_code: Option<i32>,
) -> anyhow::Result<BackupEnded> {
    let backup = start(platform, key).await?;
    Ok(end(platform, backup, BackupOutcome::Completed, exit_code).await??)
}

async fn start(platform: &AgentClient, key: &KeptKey) -> anyhow::Result<BackupId> {
    let start = StartBackup::new(key.id, &key.key);
    let started = timeout(PATIENCE, platform.start_backup(&start)).await;
    Ok(started
        .context("the AccountServer does not answer")??
        .backup)
}

async fn end(
    platform: &AgentClient,
    backup: BackupId,
    outcome: BackupOutcome,
    exit_code: Option<i32>,
) -> anyhow::Result<Result<BackupEnded, ClientError>> {
    let end = EndBackup { outcome, exit_code };
    timeout(PATIENCE, platform.end_backup(backup, &end))
        .await
        .context("the AccountServer does not answer")
}

/// Reports the end. When the AccountServer no longer knows the beginning, it is told both again; when that fails too,
/// the next chance will do.
async fn completed(
    state: &StateDirectory,
    platform: &AgentClient,
    key: &KeptKey,
    started: Option<BackupId>,
    ended: &Ended,
) -> anyhow::Result<()> {
    let exit_code = ended.reported_code();
    let reported = match started {
        Some(backup) => match end(platform, backup, BackupOutcome::Completed, exit_code).await {
            Ok(Ok(ended)) => Ok(ended),
            Ok(Err(ClientError::Problem(_))) => present_completed(platform, key, exit_code).await,
            Ok(Err(error)) => Err(error.into()),
            Err(error) => Err(error),
        },
        None => present_completed(platform, key, exit_code).await,
    };
    match reported {
        Ok(ended) => {
            unreported::forget(state)?;
            say(&words(&ended));
        }
        Err(error) => {
            let ended_at = OffsetDateTime::now_utc();
            unreported::keep(state, &Unreported::new(key.id, exit_code, ended_at))?;
            say(&format!(
                "the backup is made, but not reported: {error:#}\n\
                 The key is presented at the next backup, or by `keyfold-agent status`."
            ));
        }
    }
    Ok(())
}

/// A failed backup that is not reported does no harm: the key it presented leaves the AccountServer's memory in time.
async fn failed(platform: &AgentClient, started: Option<BackupId>, ended: &Ended) {
    say("the tool made no backup; look at what it says above.");
    let Some(backup) = started else { return };
    match end(
        platform,
        backup,
        BackupOutcome::Failed,
        ended.reported_code(),
    )
    .await
    {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => say(&error.to_string()),
        Err(error) => say(&format!("{error:#}")),
    }
}

/// What a reported backup means for recovery.
pub(crate) fn words(ended: &BackupEnded) -> String {
    match ended.captured_to.len() {
        0 => "no active Group Certificate covers this account yet, so its key could not be recovered.".to_owned(),
        1 => "the key is captured to 1 Group Certificate.".to_owned(),
        n => format!("the key is captured to {n} Group Certificates."),
    }
}

/// Tells the person at the terminal, or the log, without touching the tool's output.
pub(crate) fn say(words: &str) {
    for line in words.lines() {
        eprintln!("keyfold-agent: {line}");
    }
}
