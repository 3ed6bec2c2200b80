//! An existing repository is adopted with its present key, and with no other.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret, PASSWORD};
use keyfold_tests::support::process::{run, run_with_input, succeed, succeed_with_input};
use zeroize::Zeroizing;

use super::kind::{Kind, environment};
use super::machine::{Machine, Scene};

const PASSWORD_BEFORE: &str = "what it was before Keyfold came";
const SALT_BEFORE: &str = "and its salt";

#[test]
fn an_existing_repository_is_adopted_with_its_own_key_only() -> Result<()> {
    let scene = Scene::new()?;
    for kind in Kind::ALL {
        let machine = scene.machine(&format!("{kind:?}"), kind)?;
        make_without_keyfold(&machine)?;
        let salt = machine.home.join("salt");
        fs::write(&salt, SALT_BEFORE)?;
        let with = format!("salt={}", salt.display());
        let adopt = |password: &str| {
            let mut command = machine.adopt()?;
            if kind == Kind::Rclone {
                command.args(["--with", &with]);
            }
            run_with_input(&mut command, password.as_bytes())
        };

        let refused = adopt("another password")?;
        ensure!(refused.code == Some(1), "{kind:?}: {}", refused.said());
        ensure!(
            refused.stderr.contains("opens with another key"),
            "{kind:?}: {}",
            refused.said()
        );
        ensure!(machine.kept()?.is_empty(), "{kind:?}: a wrong key was kept");
        ensure!(!machine.agent.config().join("repository.json").exists());

        let adopted = adopt(PASSWORD_BEFORE)?;
        ensure!(adopted.code == Some(0), "{kind:?}: {}", adopted.said());
        ensure!(
            adopted.stdout.contains("opens with the key"),
            "{kind:?}: {}",
            adopted.said()
        );
        let kept = machine.kept()?;
        ensure!(kept.len() == 1, "{kind:?}: the candidate is left over");
        let key = &kept["key.json"];
        ensure!(key.secret(PASSWORD).map(NamedSecret::value) == Some(PASSWORD_BEFORE.as_bytes()));
        ensure!(
            key.secret("borg-key").is_some() == (kind == Kind::BorgKeyfile),
            "{kind:?}"
        );
        ensure!(machine.opens(key)?, "{kind:?}");

        let ran = machine.backup()?;
        ensure!(ran.code == Some(0), "{kind:?}: {}", ran.said());
        ensure!(machine.newest_captured()?.same_as(key), "{kind:?}");
    }
    println!(
        "{} tools: 1 wrong key refused and 1 right key adopted each",
        Kind::ALL.len()
    );
    Ok(())
}

#[test]
fn a_failure_of_the_tool_is_not_taken_for_a_wrong_key() -> Result<()> {
    let scene = Scene::new()?;
    for kind in [Kind::Restic, Kind::BorgRepokey] {
        let machine = scene.machine(&format!("{kind:?}"), kind)?;
        let ran = run_with_input(&mut machine.adopt()?, b"whatever")?;
        ensure!(
            ran.code == Some(1) && ran.stderr.contains("could not be opened"),
            "{kind:?}: {}",
            ran.said()
        );
        ensure!(machine.kept()?.is_empty(), "{kind:?}");
    }
    let machine = scene.machine("nothing", Kind::Restic)?;
    let ran = run_with_input(
        machine.adopt()?.args(["--program", "/no/such/restic"]),
        b"whatever",
    )?;
    ensure!(ran.stderr.contains("--program"), "{}", ran.said());
    Ok(())
}

/// Any other tool: a script proves the key, and another one changes it.
#[test]
fn a_plain_command_is_adopted_by_a_program_that_proves_the_key() -> Result<()> {
    let scene = Scene::new()?;
    let machine = scene.machine("plain", Kind::Restic)?;
    let lock = machine.home.join("lock");
    fs::write(&lock, "the right one")?;
    let lock = lock.display();
    let script = |name: &str, text: String| -> Result<String> {
        let path = machine.home.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n"))?;
        fs::set_permissions(&path, Permissions::from_mode(0o755))?;
        Ok(path.display().to_string())
    };
    let check = script(
        "check",
        format!("[ \"$(eval $KEYFOLD_PASSWORD_COMMAND)\" = \"$(cat {lock})\" ] || exit 12"),
    )?;
    let change = script(
        "change",
        format!("eval $KEYFOLD_NEXT_PASSWORD_COMMAND > {lock}"),
    )?;
    let adopt = |password: &str| {
        let mut command =
            machine.command(&["key", "adopt", "--tool", "plain", "--check", &check])?;
        run_with_input(command.args(["--change", &change]), password.as_bytes())
    };
    let refused = adopt("the wrong one")?;
    ensure!(
        refused.stderr.contains("opens with another key"),
        "{}",
        refused.said()
    );
    let adopted = adopt("the right one")?;
    ensure!(adopted.code == Some(0), "{}", adopted.said());
    succeed(machine.command(&["backup", "--"])?.arg(&check))?;
    succeed(&mut machine.command(&["key", "rotate"])?)?;
    succeed(machine.command(&["run", "--"])?.arg(&check))?;
    ensure!(fs::read_to_string(machine.home.join("lock"))? != "the right one");
    Ok(())
}

/// A repository with something in it, made by the tool alone.
fn make_without_keyfold(machine: &Machine<'_>) -> Result<()> {
    let kind = machine.kind;
    let words = |words: &[&str]| -> Result<Command> {
        let mut command = Command::new(words[0]);
        command
            .args(&words[1..])
            .envs(environment(&machine.place, &machine.home)?);
        command
            .env("RESTIC_PASSWORD", PASSWORD_BEFORE)
            .env("BORG_PASSPHRASE", PASSWORD_BEFORE);
        if kind == Kind::Rclone {
            for (name, secret) in [("PASSWORD", PASSWORD_BEFORE), ("PASSWORD2", SALT_BEFORE)] {
                let mut obscure = Command::new("rclone");
                let ran = succeed_with_input(obscure.args(["obscure", "-"]), secret.as_bytes())?;
                command.env(format!("RCLONE_CONFIG_VAULT_{name}"), ran.stdout.trim());
            }
        }
        Ok(command)
    };
    if let Some(init) = kind.init() {
        succeed(&mut words(init)?)?;
    }
    let letters = machine.files.join("letters");
    let backup: &[&str] = match kind {
        Kind::Restic => &["restic", "backup", "--quiet"],
        Kind::BorgRepokey | Kind::BorgKeyfile => &["borg", "create", "::before"],
        Kind::Rclone => &["rclone", "copy"],
    };
    let mut command = words(backup)?;
    command.arg(&letters);
    if kind == Kind::Rclone {
        command.arg("vault:letters");
    }
    let ran = run(&mut command)?;
    ensure!(ran.code == Some(0), "{kind:?}: {}", ran.said());
    // The key is what was made, whatever the Agent says.
    let mut secrets = vec![NamedSecret::new(
        PASSWORD,
        Zeroizing::new(PASSWORD_BEFORE.into()),
    )?];
    if kind == Kind::Rclone {
        secrets.push(NamedSecret::new(
            "salt",
            Zeroizing::new(SALT_BEFORE.into()),
        )?);
    }
    if kind != Kind::BorgKeyfile {
        ensure!(
            machine
                .opens(&EncryptionKey::new(secrets)?)
                .context("the control")?
        );
    }
    Ok(())
}
