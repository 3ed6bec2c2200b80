//! `backup`: present the key, run the tool, report the end.
//!
//! The backup comes first: whatever the AccountServer says or fails to say, the tool runs and its exit code is returned.

use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, Instant};

use keyfold_api::agents::{BackupEnded, BackupOutcome};
use keyfold_api::client::AgentClient;
use time::OffsetDateTime;

use crate::key_file::KeptKey;
use crate::last_run::{self, LastRun};
use crate::report::{Report, Reported};
use crate::say::{say, say_with};
use crate::state::StateDirectory;
use crate::tool::{self, Ended, Run};
use crate::unreported::{self, Unreported};
use crate::{enrol, enrolment, key, profile, renewal, rotation};

/// Runs the tool with the key; the exit code is the tool's. A machine that is not enrolled yet enrols with the string in
/// the file `enrolment`.
pub(crate) async fn backup(
    state: &StateDirectory,
    enrolment: Option<&Path>,
    tool: &[OsString],
) -> anyhow::Result<i32> {
    if let Some(file) = enrolment {
        enrol::at_first_run(state, file, tool::name(tool) == "rclone").await?;
    }
    let no_rotation = rotation::before_backup(state).await;
    let key = key::required(state)?;
    let platform = renewal::client(state, enrolment::required(state)?).await?;

    let mut report = Report::new();
    let started = report.start(state, &platform, &key).await;
    match &started {
        Ok(_) => unreported::present(state, &platform, &key).await,
        Err(error) => say(&format!(
            "{error:#}\nThe backup runs all the same; its key is presented at the next chance."
        )),
    }
    let begun = Instant::now();
    let Run { ended, bytes } = tool::run(tool, state).await?;
    note(state, tool, ended, begun.elapsed(), bytes);
    let ran = Reported {
        exit_code: ended.reported_code(),
        bytes,
        repository: tool::repository(tool, profile::read(state)?.as_ref()),
    };
    // A backup takes hours: another process of this Agent may have renewed the credential.
    let platform = match enrolment::read(state) {
        Ok(Some(kept)) => kept.client()?,
        _ => platform,
    };
    match ended.outcome(tool) {
        BackupOutcome::Completed => {
            // Whatever happens from here on, the backup is made: the exit code stays the tool's.
            match completed(state, &platform, &key, report, ran).await {
                Ok(false) => {}
                Ok(true) => {
                    drop(no_rotation);
                    rotation::answer_disclosure(state).await;
                }
                Err(error) => say(&format!(
                    "the backup is made, but its end was not noted: {error:#}"
                )),
            }
        }
        BackupOutcome::Failed | BackupOutcome::KeyChanged => {
            failed(&platform, &report, &ran).await;
        }
    }
    Ok(ended.exit_code())
}

/// Remembers the run for `status`, and tells the log of it.
fn note(
    state: &StateDirectory,
    tool: &[OsString],
    ended: Ended,
    duration: Duration,
    bytes: Option<u64>,
) {
    let outcome = ended.outcome(tool);
    let run = LastRun::new(
        tool::name(tool),
        outcome,
        ended.exit_code(),
        duration,
        bytes,
    );
    say_with(&run.words(), &run);
    if let Err(error) = last_run::write(state, &run) {
        say(&error.to_string());
    }
}

/// Reports the end; when that fails, the next chance will do. Answers whether the key is to be changed.
async fn completed(
    state: &StateDirectory,
    platform: &AgentClient,
    key: &KeptKey,
    mut report: Report,
    ran: Reported,
) -> anyhow::Result<bool> {
    let reported = report.completed(state, platform, key, &ran).await;
    match reported {
        Ok(ended) => {
            unreported::forget(state)?;
            say(&words(&ended));
            Ok(ended.disclosed)
        }
        Err(error) => {
            let ended_at = OffsetDateTime::now_utc();
            unreported::keep(state, &Unreported::new(key.id, ran, ended_at, report))?;
            say(&format!(
                "the backup is made, but not reported: {error:#}\n\
                 The key is presented at the next backup, or by `keyfold-agent status`."
            ));
            Ok(false)
        }
    }
}

/// A failed backup that is not reported does no harm: the key it presented leaves the AccountServer's memory in time.
async fn failed(platform: &AgentClient, report: &Report, ran: &Reported) {
    say("the tool made no backup; look at what it says above.");
    if let Err(error) = report.failed(platform, ran).await {
        say(&format!("{error:#}"));
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
