//! restic, from version 0.14 on.

use keyfold_api::jobs::{CheckRule, JobKind, JobReason, JobRules, Retention};

use super::drill::{Answer, Candidate, Hashed, Lines, Pick};
use super::tool::Ran;
use super::work::{Repository, Verdict};

/// From 0.17 on.
const WRONG_PASSWORD: i32 = 12;
const LOCKED: i32 = 11;
/// What older ones say with exit code 1.
const WRONG_PASSWORD_WORDS: &str = "wrong password or no key found";
const LOCKED_WORDS: &str = "already locked";
/// What it says of damage.
const DAMAGE: [&str; 5] = [
    "repository contains errors",
    "ciphertext verification failed",
    "invalid data returned",
    "hash mismatch",
    "does not match",
];
const NO_SNAPSHOT: &str = "no snapshot";

pub(super) async fn work(
    repository: &Repository<'_>,
    rules: &JobRules,
) -> Result<Verdict, Verdict> {
    // Takes away the locks of processes that are no more, and no others.
    succeeded(&repository.tell(&["unlock", "--quiet"]).await?)?;
    match repository.kind() {
        JobKind::Check => check(repository, rules).await,
        JobKind::RollUp => roll_up(repository, rules).await,
        JobKind::Drill => drill(repository).await,
    }
}

async fn check(repository: &Repository<'_>, rules: &JobRules) -> Result<Verdict, Verdict> {
    let CheckRule { read_percent, .. } = rules.check.ok_or(Verdict::Skipped(JobReason::NoRule))?;
    let subset = format!("--read-data-subset={read_percent}%");
    let mut arguments = vec!["check", "--quiet"];
    match read_percent {
        0 => {}
        100 => arguments.push("--read-data"),
        _ => arguments.push(&subset),
    }
    succeeded(&repository.tell(&arguments).await?)?;
    Ok(Verdict::DONE)
}

async fn roll_up(repository: &Repository<'_>, rules: &JobRules) -> Result<Verdict, Verdict> {
    let rule = rules.roll_up.ok_or(Verdict::Skipped(JobReason::NoRule))?;
    let keep = keep(&rule.keep);
    let mut arguments = vec!["forget", "--prune", "--quiet"];
    arguments.extend(keep.iter().map(String::as_str));
    succeeded(&repository.tell(&arguments).await?)?;
    Ok(Verdict::DONE)
}

/// The flags by which both tools take a retention rule.
pub(super) fn keep(keep: &Retention) -> Vec<String> {
    let flag = |(name, number)| format!("--keep-{name}={number}");
    keep.named().map(flag).collect()
}

/// Content of a file that is not cut up is one blob, whose name in the repository is its SHA-256.
async fn drill(repository: &Repository<'_>) -> Result<Verdict, Verdict> {
    let mut pick = Pick::default();
    let mut snapshot = None;
    let mut lines = Lines::new(|line: &[u8]| {
        let Ok(line) = serde_json::from_slice::<serde_json::Value>(line) else {
            return;
        };
        if line["struct_type"] == "snapshot" {
            snapshot = line["id"].as_str().map(str::to_owned);
        } else if line["type"] == "file"
            && let (Some(path), Some(size)) = (line["path"].as_str(), line["size"].as_u64())
        {
            pick.offer(&repository.platform.entropy, path, size);
        }
    });
    let ran = repository
        .run(&["ls", "--json", "latest"], &mut |bytes| lines.more(bytes))
        .await?;
    drop(lines);
    if ran.said.has(NO_SNAPSHOT) {
        return Err(Verdict::Skipped(JobReason::NothingToRestore));
    }
    succeeded(&ran)?;
    let nothing = || Verdict::Skipped(JobReason::NothingToRestore);
    let (Some(snapshot), Some(Candidate { path, size })) = (snapshot, pick.chosen()) else {
        return Err(nothing());
    };

    let mut restored = Hashed::default();
    let ran = repository
        .run(&["dump", "--quiet", &snapshot, "--", &path], &mut |bytes| {
            restored.more(bytes);
        })
        .await?;
    succeeded(&ran)?;
    let (len, hash) = restored.end();
    let mut found = Answer::default();
    let ran = repository
        .run(
            &["find", "--json", "--snapshot", &snapshot, "--blob", &hash],
            &mut |bytes| found.more(bytes),
        )
        .await?;
    succeeded(&ran)?;
    let found = found.json();
    let mut found = found.as_array().into_iter().flatten();
    let is_there = found.any(|it| it["path"] == path.as_str());
    Ok(if len == size && is_there {
        restored_words(size)
    } else {
        Verdict::failed(JobReason::Different)
    })
}

/// What is said of a drill that went well: nothing of what is in the backup.
pub(super) fn restored_words(size: u64) -> Verdict {
    let words = Some(format!("{size} bytes"));
    Verdict::Done { words }
}

/// The verdict on a run that did not succeed.
fn succeeded(ran: &Ran) -> Result<(), Verdict> {
    if ran.code == Some(0) {
        return Ok(());
    }
    let said = |words: &[&str]| words.iter().any(|it| ran.said.has(it));
    let reason = match ran.code {
        Some(WRONG_PASSWORD) => JobReason::WrongKey,
        _ if said(&[WRONG_PASSWORD_WORDS]) => JobReason::WrongKey,
        Some(LOCKED) => return Err(Verdict::Again(JobReason::Locked)),
        _ if said(&[LOCKED_WORDS]) => return Err(Verdict::Again(JobReason::Locked)),
        _ if said(&DAMAGE) => JobReason::Damaged,
        _ => JobReason::ToolFailed,
    };
    Err(Verdict::Failed {
        reason,
        words: Some(ran.words.clone()),
    })
}
