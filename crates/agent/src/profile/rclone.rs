//! rclone crypt: a password and a salt, which rclone takes in its environment or from a file on the disk only.
//!
//! So they are in its environment, in the form that rclone calls obscured and anybody can undo: whoever may read the
//! environment of this user's processes reads them.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use keyfold_core::encryption_key::PASSWORD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Tried;
use crate::key_file::{self, Slot};
use crate::rotation::Step;
use crate::state::StateDirectory;
use crate::tool::Tool;

/// The secret that rclone calls `password2`.
pub(crate) const SALT: &str = "salt";

/// rclone's exit code for a directory that is not there: nothing was copied to the remote yet.
const NO_DIRECTORY: i32 = 3;
const UNDECRYPTABLE: &str = "undecryptable";

/// A crypt remote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remote {
    /// The program.
    pub(crate) program: PathBuf,
    /// Its section in rclone's configuration, which has `type = crypt` and `remote = …`, and no password.
    pub(crate) name: String,
}

/// A file as `lsjson` tells it.
#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "Path")]
    path: String,
    #[serde(rename = "Size")]
    size: i64,
}

impl Remote {
    /// The remote of this name, with or without the colon.
    pub(crate) fn new(program: PathBuf, name: &str) -> anyhow::Result<Self> {
        let name = name.trim_end_matches(':');
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        ensure!(
            !name.is_empty() && name.chars().all(allowed),
            "“{name}” is not a remote's name that can stand in the environment; use letters, digits, - and _"
        );
        Ok(Self {
            program,
            name: name.to_owned(),
        })
    }

    fn variable(&self, option: &str) -> OsString {
        let name = format!("RCLONE_CONFIG_{}_{option}", self.name);
        name.to_ascii_uppercase().replace('-', "_").into()
    }
}

/// Reads the beginning of one file: every block of a file is authenticated under the key.
pub(super) async fn try_key(
    remote: &Remote,
    state: &StateDirectory,
    slot: Slot,
) -> anyhow::Result<Tried> {
    let root = format!("{}:", remote.name);
    let list = [
        "lsjson",
        "--recursive",
        "--files-only",
        "--no-modtime",
        "--no-mimetype",
        &root,
    ];
    let ran = tool(remote, state, slot).await?.run(&list).await?;
    match ran.code {
        Some(0) => {}
        Some(NO_DIRECTORY) => return Ok(Tried::Empty),
        _ => return Ok(Tried::Failed(ran.last_words())),
    }
    let files: Vec<Listed> =
        serde_json::from_slice(&ran.stdout).context("rclone's list of files is not JSON")?;
    let Some(file) = files.iter().find(|file| file.size > 0) else {
        return nothing_readable(remote, state, slot, &root).await;
    };
    let path = format!("{root}{}", file.path);
    let read = ["cat", "--count", "1", &path];
    let ran = tool(remote, state, slot).await?.run(&read).await?;
    Ok(match ran.code {
        Some(0) => Tried::Opens,
        _ if ran.says("bad password") => Tried::WrongKey,
        _ => Tried::Failed(ran.last_words()),
    })
}

/// A wrong key shows nothing, and rclone says why only when asked to say everything.
async fn nothing_readable(
    remote: &Remote,
    state: &StateDirectory,
    slot: Slot,
    root: &str,
) -> anyhow::Result<Tried> {
    let list = ["lsf", "--log-level", "DEBUG", root];
    let ran = tool(remote, state, slot).await?.run(&list).await?;
    Ok(if ran.says(UNDECRYPTABLE) {
        Tried::WrongKey
    } else {
        Tried::Empty
    })
}

pub(super) fn steps() -> anyhow::Result<&'static [Step]> {
    bail!(
        "rclone cannot change the key of a crypt remote: what is stored would have to be encrypted anew; \
         set up a second remote with a key of its own, copy to it, and adopt that one"
    )
}

/// The password and the salt, as rclone's environment has them.
pub(super) async fn environment(
    remote: &Remote,
    state: &StateDirectory,
    slot: Slot,
) -> anyhow::Result<Vec<(OsString, OsString)>> {
    let kept = key_file::read(state, slot)?.context("the key is not here any more")?;
    let mut environment = Vec::new();
    for (secret, option) in [(PASSWORD, "PASSWORD"), (SALT, "PASSWORD2")] {
        let Some(secret) = kept.key.secret(secret) else {
            continue;
        };
        let obscured = obscured(remote, state, slot, secret.value()).await?;
        environment.push((remote.variable(option), obscured.into()));
    }
    Ok(environment)
}

/// rclone's own form of a password, which it makes of its standard input.
async fn obscured(
    remote: &Remote,
    state: &StateDirectory,
    slot: Slot,
    secret: &[u8],
) -> anyhow::Result<String> {
    ensure!(
        !secret.contains(&b'\n'),
        "rclone takes no password of several lines; choose another"
    );
    let line = Zeroizing::new([secret, b"\n"].concat());
    let ran = Tool::new(&remote.program, state, slot)?
        .run_with_input(&["obscure", "-"], &line)
        .await?;
    ensure!(
        ran.code == Some(0),
        "rclone does not take the password: {}",
        ran.last_words()
    );
    let text = std::str::from_utf8(&ran.stdout).context("rclone's answer is not text")?;
    Ok(text.trim_end().to_owned())
}

async fn tool(remote: &Remote, state: &StateDirectory, slot: Slot) -> anyhow::Result<Tool> {
    let mut tool = Tool::new(&remote.program, state, slot)?;
    for (name, value) in environment(remote, state, slot).await? {
        tool.set(name, value);
    }
    Ok(tool)
}
