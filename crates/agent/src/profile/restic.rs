//! restic: asks for the key by `RESTIC_PASSWORD_COMMAND`, takes a new one on its standard input, and holds several keys.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};

use super::Tried;
use crate::key_file::{self, Slot};
use crate::rotation::Step;
use crate::state::StateDirectory;
use crate::tool::{Ran, Tool};

/// restic 0.17 and newer.
const WRONG_PASSWORD: i32 = 12;
/// What older ones say, with the exit code 1 of every failure.
const WRONG_PASSWORD_WORDS: &str = "wrong password or no key found";
/// Far above the keys that one repository has with one password.
const MAX_KEYS: usize = 32;

/// Both keys open the repository until the former one is removed.
pub(super) const STEPS: [Step; 6] = [
    Step::MakeKey,
    Step::ChangeRepository,
    Step::Capture,
    Step::UseKey,
    Step::RemoveFormer,
    Step::Forget,
];

/// A restic repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Repository {
    /// The program.
    pub(crate) program: PathBuf,
    /// As `RESTIC_REPOSITORY` has it.
    pub(crate) location: String,
}

/// A key of the repository, as `key list --json` tells it.
#[derive(Deserialize)]
struct ListedKey {
    current: bool,
    id: String,
}

pub(super) async fn try_key(
    repository: &Repository,
    state: &StateDirectory,
    slot: Slot,
) -> anyhow::Result<Tried> {
    let ran = tool(repository, state, slot)?
        .run(&["cat", "config", "--no-lock"])
        .await?;
    Ok(match ran.code {
        Some(0) => Tried::Opens,
        Some(WRONG_PASSWORD) => Tried::WrongKey,
        Some(1) if ran.says(WRONG_PASSWORD_WORDS) => Tried::WrongKey,
        _ => Tried::Failed(ran.last_words()),
    })
}

/// Adds the next key, unless an earlier attempt did.
pub(super) async fn add_key(repository: &Repository, state: &StateDirectory) -> anyhow::Result<()> {
    if try_key(repository, state, Slot::Next).await? == Tried::Opens {
        return Ok(());
    }
    let next = key_file::read(state, Slot::Next)?.context("the next key is not here any more")?;
    let adding = tool(repository, state, Slot::Present)?;
    let ran = adding
        .run_with_input(&["key", "add"], &next.password_line()?)
        .await?;
    succeeded(&ran, "add a key")
}

/// Removes the former key, which is any key that the former password opens.
pub(super) async fn remove_former(
    repository: &Repository,
    state: &StateDirectory,
) -> anyhow::Result<()> {
    for _ in 0..MAX_KEYS {
        match try_key(repository, state, Slot::Former).await? {
            Tried::WrongKey => return Ok(()),
            Tried::Opens => {}
            Tried::Empty => bail!("restic says nothing of the former key"),
            Tried::Failed(words) => bail!("restic cannot tell the former key: {words}"),
        }
        let ran = tool(repository, state, Slot::Former)?
            .run(&["key", "list", "--json", "--no-lock"])
            .await?;
        succeeded(&ran, "list its keys")?;
        let keys: Vec<ListedKey> =
            serde_json::from_slice(&ran.stdout).context("restic's list of keys is not JSON")?;
        let former = keys.iter().find(|key| key.current);
        let id = &former.context("restic names no current key")?.id;
        let ran = tool(repository, state, Slot::Present)?
            .run(&["key", "remove", id])
            .await?;
        succeeded(&ran, "remove the former key")?;
    }
    bail!(
        "the repository has more than {MAX_KEYS} keys with the former password; look at `restic key list`"
    )
}

fn succeeded(ran: &Ran, what: &str) -> anyhow::Result<()> {
    ensure!(
        ran.code == Some(0),
        "restic did not {what}: {}",
        ran.last_words()
    );
    Ok(())
}

fn tool(repository: &Repository, state: &StateDirectory, slot: Slot) -> anyhow::Result<Tool> {
    let mut tool = Tool::new(&repository.program, state, slot)?;
    tool.set("RESTIC_REPOSITORY", &repository.location);
    tool.unset("RESTIC_REPOSITORY_FILE");
    Ok(tool)
}
