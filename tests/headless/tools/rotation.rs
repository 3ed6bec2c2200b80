//! The Agent is killed at every step of a change of the key, and the change goes on afterwards.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use keyfold_tests::support::process::{run, succeed};

use super::kind::Kind;
use super::machine::{Machine, Scene};

const SIGKILL: i32 = 9;

/// What is counted.
#[derive(Debug, Default)]
struct Counts {
    kills: usize,
    opened_with_a_key_of_the_agent: usize,
    opened_with_a_captured_key: usize,
    finished: usize,
}

#[test]
fn killed_at_every_step_a_key_that_opens_is_kept_and_captured() -> Result<()> {
    let scene = Scene::new()?;
    for kind in [Kind::Restic, Kind::BorgRepokey, Kind::BorgKeyfile] {
        let mut machine = scene.machine(&format!("{kind:?}"), kind)?;
        machine.set_up()?;
        let counts = rotate_through_every_kill(&mut machine)?;
        println!("{kind:?}: {counts:?}");
        let all = counts.kills;
        ensure!(all >= 9, "{kind:?}: only {all} kills");
        ensure!(
            counts.opened_with_a_key_of_the_agent == all
                && counts.opened_with_a_captured_key == all
        );
        ensure!(counts.finished == all);
    }
    Ok(())
}

fn rotate_through_every_kill(machine: &mut Machine<'_>) -> Result<Counts> {
    let steps = succeed(&mut machine.command(&["key", "rotate", "--dry-run"])?)?.stdout;
    let steps: Vec<&str> = steps
        .lines()
        .filter_map(|line| Some(line.split_once(':')?.0))
        .collect();
    let points = steps
        .iter()
        .flat_map(|step| ["done", "noted"].map(|moment| format!("{step}:{moment}")));
    let mut counts = Counts::default();
    // There is nothing to note once everything is forgotten.
    for point in points.filter(|point| point != "forget:noted") {
        let former = machine.kept()?.remove("key.json").context("no key")?;
        kill_at(machine, &point)?;
        counts.kills += 1;
        for key in machine.kept()?.values() {
            if machine.opens(key)? {
                counts.opened_with_a_key_of_the_agent += 1;
                break;
            }
        }
        counts.opened_with_a_captured_key += usize::from(a_captured_key_opens(machine)?);

        // What was all but done when it was killed is another change of the key.
        succeed(&mut machine.command(&["key", "rotate"])?).with_context(|| point.clone())?;
        let kept = machine.kept()?;
        let present = kept.get("key.json").context("no key")?;
        let captured = machine.newest_captured()?;
        let is_finished = kept.len() == 1
            && !machine.agent.config().join("rotation.json").exists()
            && captured.same_as(present)
            && !former.same_as(present)
            && machine.opens(present)?
            && (machine.kind == Kind::BorgKeyfile || !machine.opens(&former)?);
        ensure!(
            is_finished,
            "{:?} is not finished after {point}",
            machine.kind
        );
        counts.finished += 1;
    }
    Ok(counts)
}

/// As if the machine were lost at this moment.
fn a_captured_key_opens(machine: &mut Machine<'_>) -> Result<bool> {
    let (kind, place) = (machine.kind, machine.place.clone());
    for key in machine.captured()? {
        if kind.opens(&place, key)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn kill_at(machine: &Machine<'_>, point: &str) -> Result<()> {
    let mut rotate = machine.command(&["key", "rotate"])?;
    let status = rotate
        .env("KEYFOLD_BREAK_AT", point)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    ensure!(
        status.signal() == Some(SIGKILL),
        "at {point} it was not killed: {status}"
    );
    Ok(())
}

#[test]
fn a_repository_is_not_changed_to_a_key_that_nobody_could_recover() -> Result<()> {
    let scene = Scene::without_certificate()?;
    let mut machine = scene.machine("ward", Kind::BorgRepokey)?;
    machine.set_up()?;
    let before = machine.kept()?.remove("key.json").context("no key")?;
    let refused = run(&mut machine.command(&["key", "rotate"])?)?;
    ensure!(
        refused.code == Some(1) && refused.stderr.contains("no active Group Certificate"),
        "{}",
        refused.said()
    );
    let kept = machine.kept()?;
    ensure!(kept["key.json"].same_as(&before) && machine.opens(&before)?);
    ensure!(!machine.opens(&kept["next-key.json"])?);

    scene.certify()?;
    succeed(&mut machine.command(&["key", "rotate"])?)?;
    ensure!(!machine.opens(&before)? && a_captured_key_opens(&mut machine)?);
    Ok(())
}

#[test]
fn a_backup_goes_on_with_a_change_that_broke_off() -> Result<()> {
    let scene = Scene::new()?;
    let machine = scene.machine("ward", Kind::BorgRepokey)?;
    machine.set_up()?;
    kill_at(&machine, "change-repository:done")?;
    for another in [
        &["key", "generate", "--replace"][..],
        &["key", "set", "--replace"],
    ] {
        let refused = run(&mut machine.command(another)?)?;
        ensure!(
            refused.stderr.contains("is not finished"),
            "{}",
            refused.said()
        );
    }
    let refused = run(machine.adopt()?.arg("--replace"))?;
    ensure!(
        refused.stderr.contains("is not finished"),
        "{}",
        refused.said()
    );
    let ran = run(machine
        .command(&["backup", "--"])?
        .args(["borg", "create", "::second"])
        .arg(&machine.files))?;
    ensure!(ran.code == Some(0), "{}", ran.said());
    ensure!(ran.stderr.contains("broke off"), "{}", ran.said());
    ensure!(machine.kept()?.len() == 1);
    Ok(())
}
