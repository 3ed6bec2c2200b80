//! What a check and a drill find.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, ensure};
use keyfold_api::jobs::{JobKind, JobReason, JobState};
use keyfold_tests::support::files;

use super::ward::{DONE, Tool, Ward, end};

const KEY: &str = "a ferry that never leaves";

#[test]
fn a_check_finds_a_flipped_byte_in_a_restic_repository() -> anyhow::Result<()> {
    a_flipped_byte_is_found(Tool::Restic)
}

#[test]
fn a_check_finds_a_flipped_byte_in_a_borg_repository() -> anyhow::Result<()> {
    a_flipped_byte_is_found(Tool::BorgRepokey)
}

#[test]
fn a_check_finds_a_flipped_byte_in_a_borg_repository_with_a_key_file() -> anyhow::Result<()> {
    a_flipped_byte_is_found(Tool::BorgKeyfile)
}

fn a_flipped_byte_is_found(tool: Tool) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let ward = Ward::new(directory.path(), tool, KEY)?;
    for kind in [JobKind::Check, JobKind::Drill] {
        let job = ward.done(kind)?;
        ensure!(end(&job) == DONE, "{job:?}");
        println!("{tool:?}: {} {:?} {:?}", kind.name(), job.state, job.words);
    }
    let flipped = flip(&ward.repository.join("data"))?;
    let job = ward.done(JobKind::Check)?;
    println!(
        "{tool:?}: {flipped} flipped: {:?} {:?}",
        end(&job),
        job.words
    );
    ensure!(
        end(&job) == (JobState::Failed, Some(JobReason::Damaged)),
        "{job:?}"
    );
    Ok(())
}

/// Flips one bit of the byte in the middle of the largest file.
fn flip(below: &Path) -> anyhow::Result<String> {
    let content = files::content(below)?;
    let largest = content.into_iter().max_by_key(|(_, bytes)| bytes.len());
    let (name, mut bytes) = largest.context("the repository has no data")?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let file = below.join(&name);
    fs::set_permissions(&file, Permissions::from_mode(0o600))?;
    fs::write(&file, bytes)?;
    Ok(format!("byte {middle} of {}", name.display()))
}

#[test]
fn a_repository_elsewhere_is_left_alone() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let elsewhere = directory.path().join("elsewhere");
    let link = directory.path().join("repositories/link");
    fs::create_dir_all(link.parent().context("a parent")?)?;
    std::os::unix::fs::symlink(&elsewhere, &link)?;
    let (allowed, address) = (directory.path().join("repositories"), link);
    let ward = Ward::at(
        directory.path(),
        Tool::Restic,
        KEY,
        &allowed.to_string_lossy(),
        &address.to_string_lossy(),
    )?;
    fs::create_dir_all(&elsewhere)?;
    ward.init()?;
    ward.backup(&[])?;
    let job = ward.done(JobKind::Check)?;
    let skipped = (JobState::Skipped, Some(JobReason::RepositoryNotAllowed));
    ensure!(end(&job) == skipped, "{job:?}");
    Ok(())
}

#[test]
fn a_key_that_opens_nothing_is_told_from_damage() -> anyhow::Result<()> {
    for tool in Tool::ALL {
        let directory = tempfile::tempdir()?;
        let ward = Ward::new(directory.path(), tool, KEY)?;
        let other = "a ferry that leaves at noon".as_bytes();
        let mut set = ward.agent.command(&["key", "set", "--replace"])?;
        keyfold_tests::support::process::succeed_with_input(&mut set, other)?;
        // The tool of this backup does not open the repository.
        ward.agent.backup(&["true"])?;
        let job = ward.done(JobKind::Check)?;
        println!("{tool:?}: {:?} {:?}", end(&job), job.words);
        ensure!(job.state == JobState::Failed, "{job:?}");
        if tool != Tool::BorgKeyfile {
            ensure!(job.reason == Some(JobReason::WrongKey), "{job:?}");
        }
    }
    Ok(())
}
