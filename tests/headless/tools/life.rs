//! The Agent's life on a machine: installed from an image, looked at, installed anew.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use keyfold_api::agents::BackupOutcome;
use keyfold_core::encryption_key::{NamedSecret, PASSWORD};
use keyfold_tests::support::process::{Ran, run, succeed, succeed_with_input};
use serde_json::Value;

use super::kind::Kind;
use super::machine::{Machine, Scene};

fn status(machine: &Machine<'_>, arguments: &[&str]) -> Result<Ran> {
    run(machine.command(&["status"])?.args(arguments))
}

#[test]
fn status_says_whether_the_present_key_is_captured() -> Result<()> {
    let mut scene = Scene::without_certificate()?;
    let config = {
        let machine = scene.machine("ward", Kind::Restic)?;
        machine.set_up()?;
        let before = status(&machine, &["--check"])?;
        ensure!(
            before.code == Some(2) && before.stdout.contains("NOT captured"),
            "{}",
            before.said()
        );
        ensure!(before.stdout.contains("which answers"), "{}", before.said());
        scene.certify()?;
        let after = status(&machine, &["--check"])?;
        ensure!(after.code == Some(0), "{}", after.said());
        ensure!(
            after.stdout.contains("has captured the present key"),
            "{}",
            after.said()
        );

        // The former key stays captured, which is of no use to what is backed up from now on.
        succeed_with_input(
            &mut machine.command(&["key", "set", "--replace"])?,
            b"quite another",
        )?;
        let another = status(&machine, &["--check"])?;
        ensure!(another.code == Some(2), "{}", another.said());
        ensure!(
            another.stdout.contains("NOT possible for the present key"),
            "{}",
            another.said()
        );
        machine.agent.config().to_owned()
    };
    scene.kill_server()?;
    let agent = keyfold_tests::support::agent::Agent::at(&config);
    let ran = run(&mut agent.command(&["status", "--json"])?)?;
    ensure!(ran.code == Some(1), "{}", ran.said());
    let told: Value = serde_json::from_str(&ran.stdout)?;
    ensure!(
        told["unreachable"].is_string() && told["captured"].is_null(),
        "{told}"
    );
    Ok(())
}

#[test]
fn the_log_tells_programs_what_the_tool_made() -> Result<()> {
    let scene = Scene::without_certificate()?;
    let machine = scene.machine("ward", Kind::Restic)?;
    machine.set_up()?;
    let mut backup =
        machine.command(&["--log-format", "json", "backup", "--", "restic", "backup"])?;
    let ran = succeed(backup.arg(&machine.files))?;
    ensure!(
        ran.stdout.contains("processed 7 files"),
        "the tool's own words are gone: {}",
        ran.said()
    );
    let lines = ran
        .stderr
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<Vec<Value>, _>>();
    let lines = lines.with_context(|| ran.said())?;
    let run = lines
        .iter()
        .find(|line| line["tool"] == "restic")
        .with_context(|| ran.said())?;
    ensure!(
        run["outcome"] == "completed" && run["exit_code"] == 0,
        "{run}"
    );
    // restic rounds to a thousandth of a MiB.
    let bytes = run["bytes"].as_u64().context("no size")?;
    ensure!(bytes.abs_diff(1_085_665) < 2_000, "{run}");
    let reported = machine.backups()?;
    ensure!(reported.len() == 2, "{reported:?}");
    ensure!(reported[0].bytes == Some(bytes), "{reported:?}");
    ensure!(
        reported[0].outcome == Some(BackupOutcome::Completed) && reported[1].bytes.is_none(),
        "{reported:?}"
    );
    let told: Value = serde_json::from_str(&status(&machine, &["--json"])?.stdout)?;
    ensure!(
        told["last_run"]["bytes"] == bytes && told["captured"] == false,
        "{told}"
    );
    Ok(())
}

#[test]
fn a_machine_from_an_image_enrols_at_its_first_run() -> Result<()> {
    let scene = Scene::new()?;
    let (machine, enrolment) = scene.machine_that_is_not_enrolled("ward", Kind::Restic)?;
    fs::create_dir_all(&machine.home)?;
    let (file, jobs) = (machine.home.join("enrolment"), machine.home.join("jobs"));
    fs::write(&file, &enrolment)?;
    let mut install = machine.command(&["install", "--at", "03:10", "--directory"])?;
    install.arg(&jobs).arg("--enrolment").arg(&file).args([
        "--system",
        "systemd",
        "--",
        "true",
        "100% $HOME",
    ]);
    succeed(&mut install)?;
    let units = ["keyfold-agent.service", "keyfold-agent.timer"].map(|name| jobs.join(name));
    succeed(Command::new("systemd-analyze").arg("verify").args(&units))?;

    let unit = fs::read_to_string(&units[0])?;
    let line = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="))
        .context("no command")?;
    // systemd's way to write them, undone.
    let line = line.replace("%%", "%").replace("$$", "\\$");
    for _ in 0..2 {
        let ran = succeed(Command::new("sh").args(["-c", &line]))?;
        ensure!(
            ran.stderr.contains("\"outcome\":\"completed\""),
            "{}",
            ran.said()
        );
        ensure!(!file.exists(), "the spent enrolment string is left over");
    }
    ensure!(
        machine
            .newest_captured()?
            .same_as(&machine.kept()?["key.json"])
    );
    Ok(())
}

#[test]
fn a_machine_that_is_installed_anew_keeps_its_account() -> Result<()> {
    let scene = Scene::new()?;
    let machine = scene.machine("ward", Kind::Restic)?;
    machine.set_up()?;
    fs::remove_dir_all(machine.agent.config())?;

    let key = machine.newest_captured()?;
    machine.agent.enrol(&machine.another_enrolment()?)?;
    let password = key
        .secret(PASSWORD)
        .map(NamedSecret::value)
        .context("no password")?;
    succeed_with_input(&mut machine.adopt()?, password)?;
    let ran = machine.backup()?;
    ensure!(ran.code == Some(0), "{}", ran.said());
    ensure!(
        !machine.is_marked()? && !machine.opens(&key)?,
        "the key that people were shown was not changed: {}",
        ran.said()
    );
    let checked = status(&machine, &["--check", "--json"])?;
    ensure!(checked.code == Some(0), "{}", checked.said());
    let told: Value = serde_json::from_str(&checked.stdout)?;
    ensure!(told["account"] == machine.account().to_string(), "{told}");
    Ok(())
}
