//! Any other tool, by programs of the administrator's: one that checks the key, and one that changes it.
//!
//! They get the key by the command in `KEYFOLD_PASSWORD_COMMAND`, and the next one by `KEYFOLD_NEXT_PASSWORD_COMMAND`.

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use serde::{Deserialize, Serialize};

use super::Tried;
use crate::key_file::Slot;
use crate::rotation::Step;
use crate::state::StateDirectory;
use crate::tool::Tool;

/// With which the checking program says that the key is a wrong one.
const WRONG_KEY: i32 = 12;

/// The old key may open nothing once it is changed, so the next one is captured before.
const STEPS: [Step; 5] = [
    Step::MakeKey,
    Step::Capture,
    Step::ChangeRepository,
    Step::UseKey,
    Step::Forget,
];

/// Programs that know a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Programs {
    /// Ends with 0 when the key opens the repository, with 12 when it is a wrong one, with anything else when it cannot tell.
    pub(crate) check: PathBuf,
    /// Changes the key to the next one.
    pub(crate) change: Option<PathBuf>,
}

pub(super) async fn try_key(
    programs: &Programs,
    state: &StateDirectory,
    slot: Slot,
) -> anyhow::Result<Tried> {
    let ran = Tool::new(&programs.check, state, slot)?.run(&[]).await?;
    Ok(match ran.code {
        Some(0) => Tried::Opens,
        Some(WRONG_KEY) => Tried::WrongKey,
        _ => Tried::Failed(ran.last_words()),
    })
}

pub(super) fn steps(programs: &Programs) -> anyhow::Result<&'static [Step]> {
    changing(programs)?;
    Ok(&STEPS)
}

pub(super) async fn change(programs: &Programs, state: &StateDirectory) -> anyhow::Result<()> {
    let change = changing(programs)?;
    if try_key(programs, state, Slot::Next).await? == Tried::Opens {
        return Ok(());
    }
    let ran = Tool::new(change, state, Slot::Present)?.run(&[]).await?;
    ensure!(
        ran.code == Some(0),
        "“{}” did not change the key: {}",
        change.display(),
        ran.last_words()
    );
    match try_key(programs, state, Slot::Next).await? {
        Tried::Opens => Ok(()),
        _ => bail!(
            "“{}” says that it changed the key, but the next one does not open the repository",
            change.display()
        ),
    }
}

fn changing(programs: &Programs) -> anyhow::Result<&PathBuf> {
    programs.change.as_ref().context(
        "no program is known that changes the key of this repository; adopt it again with --change",
    )
}
