//! While a key is adopted, used and changed, it is in no argument, no environment and no file but the Agent's own.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret, PASSWORD};
use keyfold_tests::support::files;
use keyfold_tests::support::process::succeed;
use memchr::memmem;

use super::kind::Kind;
use super::machine::{Machine, Scene};

/// A program that notes what others see of its process, and becomes the tool.
fn watched(machine: &Machine<'_>, views: &Path) -> Result<PathBuf> {
    let tool = machine.kind.tool();
    let path = machine.home.join("watched").join(tool);
    fs::create_dir_all(path.parent().context("no parent")?)?;
    let script = format!(
        "#!/bin/sh\nexec 9>{}/$$\ncat /proc/$$/cmdline /proc/$$/environ >&9\nprintf '%s\\n' \"$@\" >&9\nexec 9>&-\nexec {tool} \"$@\"\n",
        views.display()
    );
    fs::write(&path, script)?;
    fs::set_permissions(&path, Permissions::from_mode(0o755))?;
    Ok(path)
}

#[test]
fn a_key_is_nowhere_but_with_the_agent_and_whom_it_tells() -> Result<()> {
    let scene = Scene::new()?;
    for kind in Kind::ALL {
        let machine = scene.machine(&format!("{kind:?}"), kind)?;
        let views = machine.home.join("views");
        fs::create_dir_all(&views)?;
        let program = watched(&machine, &views)?;
        machine.set_up()?;
        let former = machine.kept()?.remove("key.json").context("no key")?;
        succeed(machine.adopt()?.arg("--program").arg(&program))?;
        let mut backup = machine.command(&["backup", "--"])?;
        let words = kind.backup(&machine.files.join("letters"));
        succeed(
            backup.arg(&program).args(
                words[1..]
                    .iter()
                    .map(|word| word.replace("::only", "::again")),
            ),
        )?;
        if kind != Kind::Rclone {
            succeed(&mut machine.command(&["key", "rotate"])?)?;
        }
        let present = machine.kept()?.remove("key.json").context("no key")?;

        let seen = files::content(&views)?;
        ensure!(
            seen.len() >= 3,
            "{kind:?}: only {} processes were seen",
            seen.len()
        );
        let mut everything = files::content(&machine.home)?;
        everything.extend(
            files::content(&machine.place)?
                .into_iter()
                .map(|(name, bytes)| (machine.place.join(name), bytes)),
        );
        for key in [&former, &present] {
            let found = holding(&everything, key)?;
            ensure!(found.is_empty(), "{kind:?}: the key is in {found:?}");
        }
        // The positive control: it is found where it is.
        let own = files::content(machine.agent.config())?;
        let own = own
            .into_iter()
            .map(|(name, bytes)| (name, decoded(&bytes)))
            .collect();
        ensure!(
            holding(&own, &present)? == [PathBuf::from("key.json")],
            "{kind:?}"
        );
        println!(
            "{kind:?}: {} processes and {} files, 0 hits",
            seen.len(),
            everything.len()
        );
    }
    Ok(())
}

/// The files that hold the key's password.
fn holding(all: &BTreeMap<PathBuf, Vec<u8>>, key: &EncryptionKey) -> Result<Vec<PathBuf>> {
    let password = key
        .secret(PASSWORD)
        .map(NamedSecret::value)
        .context("no password")?;
    let holds = |bytes: &[u8]| memmem::find(bytes, password).is_some();
    Ok(all
        .iter()
        .filter(|(_, bytes)| holds(bytes))
        .map(|(name, _)| name.clone())
        .collect())
}

/// The Agent's file with the password as it is.
fn decoded(bytes: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let stored: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
    let secret = stored["secrets"][0]["value"].as_str().unwrap_or_default();
    STANDARD.decode(secret).unwrap_or_default()
}
