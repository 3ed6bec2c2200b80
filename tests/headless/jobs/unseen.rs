//! While a job runs, the key is on no disk, in no argument, and in nothing that another user sees of a process.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::ensure;
use keyfold_api::jobs::{JobKind, JobState};
use keyfold_tests::support::files;
use keyfold_tests::support::process::run;

use super::ended::{slow, wait_for_tools};
use super::ward::Ward;
use crate::traces::{CANARY, forms, found_in};

/// Of no account on Debian, and of no files.
const NOBODY: &str = "65534";
/// Prints what a user sees of every process.
const LOOK: &str = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null; true";

#[test]
fn nobody_sees_the_key_while_a_job_runs() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let (ward, server) = slow(directory.path(), CANARY)?;
    let job = ward.ask(JobKind::Check)?;
    ward.wait(job.id, |job| job.state == JobState::Running)?;
    let tools = wait_for_tools(&server, 1)?;

    nothing_is_found(&on_disk(&ward, directory.path())?, "on disk")?;
    for what in ["cmdline", "environ"] {
        let read = fs::read(format!("/proc/{}/{what}", tools[0]))?;
        ensure!(!read.is_empty(), "the tool's {what} is empty");
        nothing_is_found(&read, &format!("in the tool's {what}, as its own user"))?;
    }
    let mut everything = Vec::new();
    for process in fs::read_dir("/proc")? {
        everything.extend(fs::read(process?.path().join("cmdline")).unwrap_or_default());
    }
    nothing_is_found(&everything, "in any process's arguments")?;
    nothing_is_found(&seen_by_nobody()?, "in what another user sees")?;
    let running = ward.admin.ask(|user| user.job(job.id))?;
    ensure!(
        running.state == JobState::Running,
        "it ended too soon: {running:?}"
    );

    planted_it_is_found(&ward, directory.path())
}

/// The positive control, place by place.
fn planted_it_is_found(ward: &Ward, directory: &Path) -> anyhow::Result<()> {
    let planted = ward.platform.data().join("jobs/planted");
    fs::write(&planted, CANARY)?;
    ensure!(nothing_is_found(&on_disk(ward, directory)?, "planted").is_err());
    fs::remove_file(planted)?;

    let mut argument = sleeper();
    argument.arg(CANARY);
    let mut variable = sleeper();
    variable.env("KEY", CANARY);
    for mut process in [argument, variable] {
        let child = Planted(process.spawn()?);
        let seen = nothing_is_found(&seen_by_nobody()?, "planted");
        drop(child);
        ensure!(seen.is_err(), "planted in a process, the key is not seen");
    }
    nothing_is_found(&seen_by_nobody()?, "after the control")
}

struct Planted(Child);

impl Drop for Planted {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A process of nobody's that waits for its input, and takes any further argument.
fn sleeper() -> Command {
    let mut command = as_nobody("sh");
    command
        .args(["-c", "read -r nothing"])
        .stdin(Stdio::piped());
    command
}

fn seen_by_nobody() -> anyhow::Result<Vec<u8>> {
    let ran = run(as_nobody("sh").args(["-c", LOOK]))?;
    ensure!(ran.stdout.contains("keyfold-server"), "it saw nothing");
    Ok(ran.stdout.into_bytes())
}

/// A program as an ordinary user: nobody if this one is root.
fn as_nobody(program: &str) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid",
        NOBODY,
        "--regid",
        NOBODY,
        "--clear-groups",
        program,
    ]);
    command
}

/// All that the AccountServer and its tools write: data, caches, temporary files, the log, the repository.
fn on_disk(ward: &Ward, directory: &Path) -> anyhow::Result<Vec<u8>> {
    let mut all = fs::read(ward.platform.log())?;
    for place in [
        ward.platform.data(),
        directory.join("temporary"),
        directory.join("repositories"),
    ] {
        let content = files::content(&place)?;
        ensure!(
            !content.is_empty() || place.ends_with("temporary"),
            "{}",
            place.display()
        );
        all.extend(content.into_values().flatten());
    }
    Ok(all)
}

fn nothing_is_found(bytes: &[u8], place: &str) -> anyhow::Result<()> {
    let found = found_in(bytes);
    ensure!(found.is_empty(), "{place}: the key is there: {found:?}");
    println!(
        "{place}: {} bytes, {} forms of the key, 0 hits",
        bytes.len(),
        forms().len()
    );
    Ok(())
}
