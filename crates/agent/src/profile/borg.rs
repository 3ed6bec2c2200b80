//! borg: asks for the key by `BORG_PASSCOMMAND`. In keyfile mode the key file is needed too, so it is captured with the
//! password, as `borg key export` writes it.

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use super::Tried;
use crate::key_file::Slot;
use crate::rotation::Step;
use crate::state::StateDirectory;
use crate::tool::{Ran, Tool};
use crate::turns;

/// The secret that holds what `borg key export` writes.
pub(crate) const EXPORTED_KEY: &str = "borg-key";
/// borg's exit code where `BORG_EXIT_CODES=modern`.
const WRONG_PASSPHRASE: i32 = 52;
const WRONG_PASSPHRASE_ID: &str = "PassphraseWrong";

/// The old passphrase opens nothing once it is changed, so the next one is captured before.
const REPOKEY: [Step; 5] = [
    Step::MakeKey,
    Step::Capture,
    Step::ChangeRepository,
    Step::UseKey,
    Step::Forget,
];

/// The captured key's own copy of the key file opens the repository until the new one is captured.
const KEYFILE: [Step; 6] = [
    Step::MakeKey,
    Step::ChangeRepository,
    Step::CompleteKey,
    Step::Capture,
    Step::UseKey,
    Step::Forget,
];

/// A borg repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Repository {
    /// The program.
    pub(crate) program: PathBuf,
    /// As `BORG_REPO` has it.
    pub(crate) location: String,
    /// Whether the key lies in a key file of this machine.
    pub(crate) keyfile: bool,
}

pub(super) async fn try_key(
    repository: &Repository,
    state: &StateDirectory,
    slot: Slot,
) -> anyhow::Result<Tried> {
    let arguments = [
        "--log-json",
        "--lock-wait",
        "60",
        "list",
        "--short",
        "--last",
        "1",
    ];
    let ran = tool(repository, state, slot)?.run(&arguments).await?;
    Ok(told(&ran))
}

/// Warnings (1, and 100 to 127) open the repository too.
fn told(ran: &Ran) -> Tried {
    match ran.code {
        Some(0 | 1 | 100..=127) => Tried::Opens,
        Some(WRONG_PASSPHRASE) => Tried::WrongKey,
        _ if logged(ran, "msgid").any(|id| id == WRONG_PASSPHRASE_ID) => Tried::WrongKey,
        _ => Tried::Failed(last_message(ran)),
    }
}

/// The key with its key file, in keyfile mode.
pub(super) async fn with_exported_key(
    repository: &Repository,
    state: &StateDirectory,
    slot: Slot,
    key: &EncryptionKey,
) -> anyhow::Result<Option<EncryptionKey>> {
    if !repository.keyfile {
        return Ok(None);
    }
    let ran = tool(repository, state, slot)?
        .run(&["--log-json", "key", "export", "::", "-"])
        .await?;
    succeeded(&ran, "export its key")?;
    let exported = NamedSecret::new(EXPORTED_KEY, Zeroizing::new(ran.stdout.to_vec()))?;
    let others = key.secrets().iter();
    let mut secrets = others
        .filter(|secret| secret.name() != EXPORTED_KEY)
        .map(|secret| NamedSecret::new(secret.name(), Zeroizing::new(secret.value().to_vec())))
        .collect::<Result<Vec<_>, _>>()?;
    secrets.push(exported);
    Ok(Some(EncryptionKey::new(secrets)?))
}

pub(super) fn steps(repository: &Repository) -> &'static [Step] {
    if repository.keyfile {
        &KEYFILE
    } else {
        &REPOKEY
    }
}

/// Changes the passphrase from the present to the next, unless an earlier attempt did.
///
/// borg asks `BORG_PASSCOMMAND` for the passphrase that opens, and once more for the new one.
pub(super) async fn change_passphrase(
    repository: &Repository,
    state: &StateDirectory,
) -> anyhow::Result<()> {
    if try_key(repository, state, Slot::Next).await? == Tried::Opens {
        return Ok(());
    }
    turns::begin(state)?;
    let mut tool = tool(repository, state, Slot::Present)?;
    tool.answer_in_turn(state)?;
    tool.unset("BORG_NEW_PASSPHRASE");
    let ran = tool
        .run(&[
            "--log-json",
            "--lock-wait",
            "60",
            "key",
            "change-passphrase",
        ])
        .await?;
    turns::end(state)?;
    succeeded(&ran, "change its passphrase")?;
    match try_key(repository, state, Slot::Next).await? {
        Tried::Opens => Ok(()),
        _ => bail!(
            "borg says that it changed the passphrase, but the repository does not open with the new one"
        ),
    }
}

/// Notes where the repository keeps its key.
pub(super) async fn learn(
    repository: &mut Repository,
    state: &StateDirectory,
    slot: Slot,
) -> anyhow::Result<()> {
    let ran = tool(repository, state, slot)?
        .run(&["--log-json", "--lock-wait", "60", "info", "--json"])
        .await?;
    succeeded(&ran, "describe the repository")?;
    let info: Value =
        serde_json::from_slice(&ran.stdout).context("borg's description is not JSON")?;
    let mode = info["encryption"]["mode"]
        .as_str()
        .context("borg does not say how the repository is encrypted")?;
    ensure!(
        mode != "none",
        "the repository is not encrypted, so there is no key to keep"
    );
    repository.keyfile = mode.starts_with("keyfile");
    Ok(())
}

fn succeeded(ran: &Ran, what: &str) -> anyhow::Result<()> {
    match told(ran) {
        Tried::Opens => Ok(()),
        Tried::WrongKey => bail!("borg did not {what}: the passphrase is wrong"),
        Tried::Empty => bail!("borg did not {what}"),
        Tried::Failed(words) => bail!("borg did not {what}: {words}"),
    }
}

/// This member of every line that borg logged as JSON.
fn logged<'r>(ran: &'r Ran, member: &'r str) -> impl Iterator<Item = String> + 'r {
    ran.lines().filter_map(move |line| {
        let line: Value = serde_json::from_str(line).ok()?;
        Some(line.get(member)?.as_str()?.to_owned())
    })
}

fn last_message(ran: &Ran) -> String {
    logged(ran, "message")
        .last()
        .unwrap_or_else(|| ran.last_words())
}

fn tool(repository: &Repository, state: &StateDirectory, slot: Slot) -> anyhow::Result<Tool> {
    let mut tool = Tool::new(&repository.program, state, slot)?;
    tool.set("BORG_REPO", &repository.location);
    Ok(tool)
}
