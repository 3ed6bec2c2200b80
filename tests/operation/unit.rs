//! The systemd unit, as systemd's own tools judge it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use keyfold_tests::support::binaries::binary;
use keyfold_tests::support::process::{run, succeed};

const UNIT: &str = include_str!("../../assets/systemd/keyfold-server.service");
const PROGRAM: &str = "/usr/local/bin/keyfold-server";

/// The unit, for the program under test.
fn unit(directory: &Path) -> anyhow::Result<String> {
    let program = binary("keyfold-server")?;
    let program = program.to_str().context("a path in UTF-8")?;
    let file = directory.join("keyfold-server.service");
    fs::write(&file, UNIT.replace(PROGRAM, program))?;
    Ok(file.to_str().context("a path in UTF-8")?.to_owned())
}

#[test]
fn systemd_understands_the_unit_and_finds_little_exposed() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let unit = unit(directory.path())?;
    let verified = run(Command::new("systemd-analyze").args(["verify", &unit]))?;
    ensure!(verified.code == Some(0), "{}", verified.said());
    ensure!(
        !verified.said().contains("keyfold-server"),
        "{}",
        verified.said()
    );
    // Tenths: 2.0 of 10 at most.
    let judged = succeed(Command::new("systemd-analyze").args([
        "security",
        "--offline=true",
        "--no-pager",
        "--threshold=20",
        &unit,
    ]))?;
    println!("{}", judged.stdout.lines().last().unwrap_or_default());

    fs::write(
        &unit,
        UNIT.replace("[Service]", "[Service]\nNoSuchSetting=yes"),
    )?;
    let verified = run(Command::new("systemd-analyze").args(["verify", &unit]))?;
    ensure!(
        verified.said().contains("NoSuchSetting"),
        "a mistake is seen"
    );
    Ok(())
}
