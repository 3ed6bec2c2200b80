//! borg 1.2 and its successors of the same kind.

use keyfold_api::jobs::{JobKind, JobReason, JobRules};

use super::drill::{Answer, Candidate, Hashed, Lines, Pick};
use super::restic::{keep, restored_words};
use super::tool::Ran;
use super::work::{Repository, Verdict};

/// Seconds that it waits for somebody else's lock.
const LOCK_WAIT: &str = "--lock-wait=30";
const WRONG_PASSWORD_WORDS: &str = "passphrase supplied in";
const LOCKED_WORDS: &str = "Failed to create/acquire the lock";
/// What it says of damage.
const DAMAGE: [&str; 3] = ["errors found", "ntegrity error", "IntegrityError"];

pub(super) async fn work(
    repository: &Repository<'_>,
    rules: &JobRules,
) -> Result<Verdict, Verdict> {
    match repository.kind() {
        JobKind::Check => check(repository, rules).await,
        JobKind::RollUp => roll_up(repository, rules).await,
        JobKind::Drill => drill(repository).await,
    }
}

async fn check(repository: &Repository<'_>, rules: &JobRules) -> Result<Verdict, Verdict> {
    let rule = rules.check.ok_or(Verdict::Skipped(JobReason::NoRule))?;
    let mut arguments = vec![LOCK_WAIT, "check"];
    if rule.read_percent > 0 {
        arguments.push("--verify-data");
    }
    succeeded(&repository.tell(&arguments).await?)?;
    Ok(Verdict::DONE)
}

async fn roll_up(repository: &Repository<'_>, rules: &JobRules) -> Result<Verdict, Verdict> {
    let rule = rules.roll_up.ok_or(Verdict::Skipped(JobReason::NoRule))?;
    let keep = keep(&rule.keep);
    let mut arguments = vec![LOCK_WAIT, "prune"];
    arguments.extend(keep.iter().map(String::as_str));
    succeeded(&repository.tell(&arguments).await?)?;
    succeeded(&repository.tell(&[LOCK_WAIT, "compact"]).await?)?;
    Ok(Verdict::DONE)
}

/// borg computes the SHA-256 of a file from the chunks that its archive names.
async fn drill(repository: &Repository<'_>) -> Result<Verdict, Verdict> {
    let nothing = || Verdict::Skipped(JobReason::NothingToRestore);
    let newest = asked(repository, &["list", "--json", "--last=1"]).await?;
    let name = newest["archives"][0]["name"].as_str().ok_or_else(nothing)?;
    let archive = format!("::{name}");

    let mut pick = Pick::default();
    let mut lines = Lines::new(|line: &[u8]| {
        let Ok(line) = serde_json::from_slice::<serde_json::Value>(line) else {
            return;
        };
        if line["type"] == "-"
            && let (Some(path), Some(size)) = (line["path"].as_str(), line["size"].as_u64())
        {
            pick.offer(&repository.platform.entropy, path, size);
        }
    });
    let list = ["list", "--json-lines", "--format={path}{size}", &archive];
    let ran = repository
        .run(&with_lock_wait(&list), &mut |bytes| lines.more(bytes))
        .await?;
    drop(lines);
    succeeded(&ran)?;
    let Candidate { path, size } = pick.chosen().ok_or_else(nothing)?;

    let path = format!("pp:{path}");
    let told = asked(
        repository,
        &[
            "list",
            "--json-lines",
            "--format={size}{sha256}",
            &archive,
            &path,
        ],
    )
    .await?;
    let mut restored = Hashed::default();
    let ran = repository
        .run(
            &with_lock_wait(&["extract", "--stdout", &archive, &path]),
            &mut |bytes| restored.more(bytes),
        )
        .await?;
    succeeded(&ran)?;
    let (len, hash) = restored.end();
    Ok(if len == size && told["sha256"] == hash.as_str() {
        restored_words(size)
    } else {
        Verdict::failed(JobReason::Different)
    })
}

/// Its answer on standard output, as JSON.
async fn asked(
    repository: &Repository<'_>,
    arguments: &[&str],
) -> Result<serde_json::Value, Verdict> {
    let mut answer = Answer::default();
    let ran = repository
        .run(&with_lock_wait(arguments), &mut |bytes| {
            answer.more(bytes);
        })
        .await?;
    succeeded(&ran)?;
    Ok(answer.json())
}

fn with_lock_wait<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&[LOCK_WAIT], arguments].concat()
}

/// The verdict on a run that did not succeed. A warning (1) of `check` means errors.
fn succeeded(ran: &Ran) -> Result<(), Verdict> {
    if ran.code == Some(0) {
        return Ok(());
    }
    let said = |words: &[&str]| words.iter().any(|it| ran.said.has(it));
    let reason = if said(&[WRONG_PASSWORD_WORDS]) {
        JobReason::WrongKey
    } else if said(&[LOCKED_WORDS]) {
        return Err(Verdict::Again(JobReason::Locked));
    } else if said(&DAMAGE) {
        JobReason::Damaged
    } else {
        JobReason::ToolFailed
    };
    Err(Verdict::Failed {
        reason,
        words: Some(ran.words.clone()),
    })
}
