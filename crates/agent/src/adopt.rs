//! `key adopt`: an existing repository with its present key, which is kept only if it opens the repository.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use keyfold_core::encryption_key::EncryptionKey;
use keyfold_core::id::KeyId;

use crate::cli::{AdoptArgs, ToolName};
use crate::key_file::{self, KeptKey, Slot};
use crate::profile::{self, Profile, Tried};
use crate::state::StateDirectory;
use crate::{key, rotation};

/// Proves that a key opens the repository, and keeps both.
pub(crate) async fn adopt(state: &StateDirectory, args: &AdoptArgs) -> anyhow::Result<()> {
    rotation::refuse_while_pending(state)?;
    let mut profile = named(args)?;
    let (tried, kept) = match key_file::read(state, Slot::Present)? {
        Some(present) if !args.replace && args.file.is_none() && args.also.is_empty() => {
            (Slot::Present, present)
        }
        present => {
            key::refuse_to_replace(present.as_ref(), args.replace)?;
            let key = key::read(args.file.as_deref(), &args.also)?;
            let id = KeyId::random(&mut rand::rng());
            let candidate = KeptKey {
                id,
                key,
                generated: false,
            };
            key_file::write(state, Slot::Next, &candidate)?;
            (Slot::Next, candidate)
        }
    };
    let adopted = prove_and_keep(state, &mut profile, tried, kept).await;
    if tried == Slot::Next {
        key_file::forget(state, Slot::Next)?;
    }
    adopted
}

async fn prove_and_keep(
    state: &StateDirectory,
    profile: &mut Profile,
    slot: Slot,
    kept: KeptKey,
) -> anyhow::Result<()> {
    let words = profile.words();
    let outcome = profile.try_key(state, slot).await?;
    match &outcome {
        Tried::Opens | Tried::Empty => {}
        Tried::WrongKey => bail!(
            "{words} opens with another key; nothing was changed, try again with the right one"
        ),
        Tried::Failed(said) => bail!("{words} could not be opened, so nothing was changed: {said}"),
    }
    profile.learn(state, slot).await?;
    let kept = match profile.completed(state, slot, &kept.key).await? {
        Some(key) => completed(kept, key),
        None => kept,
    };
    key_file::write(state, Slot::Present, &kept)?;
    profile::write(state, profile)?;
    if outcome == Tried::Empty {
        println!(
            "{words} is empty, so nothing could prove the key yet. It is kept. Its number is {}.",
            kept.id
        );
    } else {
        println!(
            "{words} opens with the key, which is kept. Its number is {}.",
            kept.id
        );
    }
    println!("It can be recovered once a backup completed under an active Group Certificate.");
    Ok(())
}

/// Another content is another key, with a number of its own.
fn completed(kept: KeptKey, key: EncryptionKey) -> KeptKey {
    if kept.key.same_as(&key) {
        return kept;
    }
    let id = KeyId::random(&mut rand::rng());
    KeptKey { id, key, ..kept }
}

fn named(args: &AdoptArgs) -> anyhow::Result<Profile> {
    let program = |name: &str| args.program.clone().unwrap_or_else(|| PathBuf::from(name));
    let location = || {
        args.repository
            .clone()
            .context("say which repository, with --repository")
    };
    Ok(match args.tool {
        ToolName::Restic => Profile::restic(program("restic"), location()?),
        ToolName::Borg => Profile::borg(program("borg"), location()?),
        ToolName::Rclone => Profile::rclone(program("rclone"), &location()?)?,
        ToolName::Plain => Profile::plain(
            args.check
                .clone()
                .context("say which program proves the key, with --check")?,
            args.change.clone(),
        ),
    })
}
