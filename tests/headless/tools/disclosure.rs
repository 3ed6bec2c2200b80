//! “Key disclosed: rotate”: a key that somebody recovered is changed at the Agent's next backup, where the tool can.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use keyfold_tests::support::agent::Agent;
use keyfold_tests::support::process::{Ran, run, succeed};
use serde_json::Value;

use super::kind::Kind;
use super::machine::{Machine, Scene};

fn check(machine: &Machine<'_>) -> Result<(Option<i32>, Value)> {
    let ran = run(&mut machine.command(&["status", "--check", "--json"])?)?;
    Ok((ran.code, serde_json::from_str(&ran.stdout)?))
}

fn is_marked(machine: &Machine<'_>) -> Result<bool> {
    let (code, told) = check(machine)?;
    let marked = machine.is_marked()?;
    ensure!(
        marked == told["disclosed_at"].is_string(),
        "the Agent is told otherwise: {told}"
    );
    ensure!(code == Some(if marked { 3 } else { 0 }), "{code:?} {told}");
    Ok(marked)
}

#[test]
fn a_recovered_key_is_changed_at_the_next_backup() -> Result<()> {
    let scene = Scene::new()?;
    for kind in [Kind::Restic, Kind::BorgRepokey] {
        let machine = scene.machine(&format!("{kind:?}"), kind)?;
        machine.set_up()?;
        ensure!(!is_marked(&machine)?);
        let known = machine.newest_captured()?;
        ensure!(machine.opens(&known)? && is_marked(&machine)?);
        ensure!(
            status(&machine)?.contains("was recovered in the Console"),
            "it is not said"
        );

        let ran = next_backup(&machine)?;
        ensure!(ran.code == Some(0), "{}", ran.said());
        ensure!(
            ran.stderr
                .contains("opens with a new key now, which is captured"),
            "{}",
            ran.said()
        );
        ensure!(!is_marked(&machine)?);
        let kept = machine.kept()?;
        ensure!(kept.len() == 1 && machine.opens(&kept["key.json"])?);
        ensure!(!machine.opens(&known)?, "whoever was shown the key gets in");
    }
    Ok(())
}

#[test]
fn where_the_tool_cannot_change_its_key_the_agent_says_what_to_do() -> Result<()> {
    let scene = Scene::new()?;
    for (kind, words) in [
        (Kind::BorgKeyfile, "make a new repository"),
        (Kind::Rclone, "set up a second remote"),
    ] {
        let machine = scene.machine(&format!("{kind:?}"), kind)?;
        machine.set_up()?;
        machine.newest_captured()?;
        let ran = next_backup(&machine)?;
        ensure!(ran.code == Some(0), "{}", ran.said());
        ensure!(ran.stderr.contains(words), "{}", ran.said());
        ensure!(is_marked(&machine)?);
        if kind == Kind::BorgKeyfile {
            // By hand it works, and helps nobody: the key file holds the same key.
            succeed(&mut machine.command(&["key", "rotate"])?)?;
            ensure!(next_backup(&machine)?.code == Some(0) && is_marked(&machine)?);
        }
    }
    Ok(())
}

#[test]
fn a_second_remote_of_rclone_answers_the_mark_as_the_documentation_has_it() -> Result<()> {
    let scene = Scene::new()?;
    let machine = scene.machine("ward", Kind::Rclone)?;
    machine.set_up()?;
    machine.newest_captured()?;
    let before = machine.home.join("before");
    succeed(
        Command::new("cp")
            .arg("-a")
            .arg(machine.agent.config())
            .arg(&before),
    )?;
    succeed(&mut machine.command(&["key", "generate", "--salt", "--replace"])?)?;
    let second = machine.home.join("second");
    let with_second = |mut command: Command| -> Result<Command> {
        let remote = format!("\n[vault2]\ntype = crypt\nremote = {}\n", second.display());
        let file = machine.home.join("rclone.conf");
        let config = fs::read_to_string(&file)?;
        if !config.contains("[vault2]") {
            fs::write(&file, config + &remote)?;
        }
        command.env("RCLONE_CONFIG", file);
        Ok(command)
    };
    let adopt = [
        "key",
        "adopt",
        "--tool",
        "rclone",
        "--repository",
        "vault2:",
    ];
    succeed(&mut with_second(machine.command(&adopt)?)?)?;
    let mut copy =
        with_second(machine.command(&["run", "--", "rclone", "copy", "vault:", "vault2:"])?)?;
    // The outer Agent hands out the former key, the inner one the new key.
    let inner: Vec<_> = copy.get_args().map(ToOwned::to_owned).collect();
    let environment: Vec<_> = copy
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    let mut outer = Agent::at(&before).command(&["run", "--"])?;
    outer.arg(copy.get_program()).args(inner).envs(environment);
    succeed(&mut outer)?;
    copy = with_second(machine.command(&["backup", "--", "rclone", "copy"])?)?;
    let ran = run(copy.arg(&machine.files).arg("vault2:"))?;
    ensure!(ran.code == Some(0), "{}", ran.said());
    ensure!(!is_marked(&machine)?, "{}", ran.said());
    let mut list = with_second(machine.command(&["run", "--", "rclone", "lsf", "-R", "vault2:"])?)?;
    let listed = succeed(&mut list)?.stdout;
    let files = fs::read_dir(&machine.files)?.next().context("no files")??;
    ensure!(
        listed.contains(files.file_name().to_str().context("not UTF-8")?),
        "{listed}"
    );
    Ok(())
}

fn status(machine: &Machine<'_>) -> Result<String> {
    Ok(run(&mut machine.command(&["status"])?)?.stdout)
}

/// A further backup: borg wants another name for it.
fn next_backup(machine: &Machine<'_>) -> Result<Ran> {
    if machine.kind.tool() != "borg" {
        return machine.backup();
    }
    let name = "::{now:%f}";
    let mut backup = machine.command(&["backup", "--", "borg", "create", name])?;
    run(backup.arg(&machine.files))
}
