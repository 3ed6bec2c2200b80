//! `key rotate`: another key for the repository, step by step, so that whatever breaks off, a key that opens the repository
//! is still here or captured.
//!
//! `rotation.json` says which step is done. A step that broke off is done again: each looks first at what it finds.

mod breaking;
mod capture;
mod step;

use std::fs::File;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use keyfold_core::id::KeyId;
use serde::{Deserialize, Serialize};

use crate::key_file::{self, KeptKey, Slot};
use crate::profile::{self, Profile, Tried};
use crate::say::say;
use crate::state::StateDirectory;
use crate::{generated, key};

pub(crate) use step::Step;

const FILE: &str = "rotation.json";
const VERSION: u8 = 1;
/// Had by a rotation for itself, by backups together.
const LOCK: &str = "rotation.lock";
/// A backup does not wait longer than this for a rotation, whose tool may hang.
const PATIENCE: Duration = Duration::from_mins(10);

/// How far a rotation got. It holds no key.
#[derive(Serialize, Deserialize)]
struct Progress {
    version: u8,
    done: Step,
}

/// Changes the key, or goes on where an earlier attempt broke off.
pub(crate) async fn rotate(state: &StateDirectory) -> anyhow::Result<()> {
    let profile = adopted(state)?;
    change(state, &profile).await?;
    let key = key::required(state)?;
    println!(
        "{} opens with a new key now. Its number is {}.",
        profile.words(),
        key.id
    );
    println!("It is captured, and the former key is forgotten.");
    Ok(())
}

/// The account is marked “key disclosed”: changes the key, or says what people have to do.
pub(crate) async fn answer_disclosure(state: &StateDirectory) {
    say(
        "the key of this account was recovered in the Console, so people know it; it is changed now.",
    );
    match change_disclosed(state).await {
        Ok(words) => say(&words),
        Err(error) => say(&format!("the disclosed key was not changed: {error:#}")),
    }
}

async fn change_disclosed(state: &StateDirectory) -> anyhow::Result<String> {
    let profile = adopted(state)?;
    ensure!(
        profile.change_shuts_out(),
        "what borg's key file holds stays the same when its passphrase changes, so whoever was shown both still opens {}; \
         make a new repository with a new key (docs/AGENT.md, “Key disclosed”)",
        profile.words()
    );
    change(state, &profile).await?;
    Ok(format!(
        "{} opens with a new key now, which is captured.",
        profile.words()
    ))
}

fn adopted(state: &StateDirectory) -> anyhow::Result<Profile> {
    profile::read(state)?.context(
        "the Agent does not know which repository this key opens; say so with `keyfold-agent key adopt`",
    )
}

async fn change(state: &StateDirectory, profile: &Profile) -> anyhow::Result<()> {
    let _lock = state.try_lock(LOCK)?.context(
        "a backup or another rotation is under way; run `keyfold-agent key rotate` again when it has ended",
    )?;
    go_on(state, profile).await
}

/// The steps of a rotation, one a line.
pub(crate) fn print_steps(state: &StateDirectory) -> anyhow::Result<()> {
    let profile = profile::read(state)?
        .context("no repository is adopted; do that with `keyfold-agent key adopt`")?;
    for step in profile.steps()? {
        println!("{}: {}", step.name(), step.words());
    }
    Ok(())
}

/// Finishes a rotation that broke off, and keeps another one from beginning until the answer is dropped. The backup runs
/// whatever comes of that.
pub(crate) async fn before_backup(state: &StateDirectory) -> Option<File> {
    match finish_pending(state).await {
        Ok(()) => {}
        Err(error) => say(&format!("the change of the key is not finished: {error:#}")),
    }
    match state.lock_with_others(LOCK, PATIENCE).await {
        Ok(Some(lock)) => Some(lock),
        Ok(None) => {
            say("a change of the key goes on and on; the backup runs all the same.");
            None
        }
        Err(error) => {
            say(&error.to_string());
            None
        }
    }
}

async fn finish_pending(state: &StateDirectory) -> anyhow::Result<()> {
    if is_pending(state)?
        && let Some(profile) = profile::read(state)?
        && let Some(_lock) = state.try_lock(LOCK)?
    {
        say("an earlier change of the key broke off; it goes on now.");
        go_on(state, &profile).await?;
    }
    Ok(())
}

/// Whether a rotation broke off.
pub(crate) fn is_pending(state: &StateDirectory) -> anyhow::Result<bool> {
    Ok(pending(state)?.is_some())
}

/// Refuses another key while the present one is being changed: the repository may open with the next one already.
pub(crate) fn refuse_while_pending(state: &StateDirectory) -> anyhow::Result<()> {
    ensure!(
        !is_pending(state)?,
        "a change of the key is not finished; run `keyfold-agent key rotate` first"
    );
    Ok(())
}

fn pending(state: &StateDirectory) -> anyhow::Result<Option<Step>> {
    let progress: Option<Progress> = state.read(FILE)?;
    match progress {
        Some(progress) if progress.version != VERSION => Err(state.damaged(FILE).into()),
        progress => Ok(progress.map(|progress| progress.done)),
    }
}

async fn go_on(state: &StateDirectory, profile: &Profile) -> anyhow::Result<()> {
    let steps = profile.steps()?;
    let left = match pending(state)? {
        None => steps,
        Some(done) => {
            let place = steps.iter().position(|step| *step == done);
            &steps[place.context(
                "the change of the key belongs to another tool; restore repository.json",
            )? + 1..]
        }
    };
    for step in left {
        take(*step, state, profile)
            .await
            .with_context(|| format!("{} did not succeed", step.words()))?;
        breaking::point(*step, breaking::Moment::Done);
        if *step == Step::Forget {
            break;
        }
        let progress = Progress {
            version: VERSION,
            done: *step,
        };
        state.write(FILE, &progress)?;
        breaking::point(*step, breaking::Moment::Noted);
    }
    Ok(())
}

async fn take(step: Step, state: &StateDirectory, profile: &Profile) -> anyhow::Result<()> {
    match step {
        Step::MakeKey => make_key(state, profile).await,
        Step::ChangeRepository => profile.change(state).await,
        Step::CompleteKey => complete_key(state, profile).await,
        Step::Capture => capture::capture(state).await,
        Step::UseKey => use_key(state),
        Step::RemoveFormer => profile.remove_former(state).await,
        Step::Forget => forget(state),
    }
}

/// A key with the same secrets as the present one, the password new.
async fn make_key(state: &StateDirectory, profile: &Profile) -> anyhow::Result<()> {
    let present = key::required(state)?;
    match profile.try_key(state, Slot::Present).await? {
        Tried::Opens => {}
        Tried::Failed(said) => bail!("{} could not be opened: {said}", profile.words()),
        Tried::WrongKey | Tried::Empty => bail!(
            "the present key does not open {}; adopt it with the right one",
            profile.words()
        ),
    }
    let next = KeptKey {
        id: KeyId::random(&mut rand::rng()),
        key: generated::like(&present.key)?,
        generated: profile.change_shuts_out(),
    };
    Ok(key_file::write(state, Slot::Next, &next)?)
}

async fn complete_key(state: &StateDirectory, profile: &Profile) -> anyhow::Result<()> {
    let next = next(state)?;
    if let Some(key) = profile.completed(state, Slot::Next, &next.key).await? {
        key_file::write(state, Slot::Next, &KeptKey { key, ..next })?;
    }
    Ok(())
}

fn use_key(state: &StateDirectory) -> anyhow::Result<()> {
    let (present, next) = (key::required(state)?, next(state)?);
    if present.id != next.id {
        key_file::write(state, Slot::Former, &present)?;
        key_file::write(state, Slot::Present, &next)?;
    }
    Ok(())
}

fn forget(state: &StateDirectory) -> anyhow::Result<()> {
    key_file::forget(state, Slot::Former)?;
    key_file::forget(state, Slot::Next)?;
    Ok(state.remove(FILE)?)
}

fn next(state: &StateDirectory) -> anyhow::Result<KeptKey> {
    key_file::read(state, Slot::Next)?.context("the next key is not here any more")
}
