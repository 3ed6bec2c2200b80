//! What a roll-up keeps, by the rule of `ward::rules`: the newest two, and the newest of each of three days.

use anyhow::{Context as _, ensure};
use keyfold_api::jobs::JobKind;
use serde_json::Value;

use super::ward::{DONE, Tool, Ward, end};

const KEY: &str = "nine pails of rain";

/// When backups were made, beside the first one, which is of today.
const MADE: [&str; 7] = [
    "2026-03-01 10:00:00",
    "2026-03-01 20:00:00",
    "2026-03-02 10:00:00",
    "2026-03-02 20:00:00",
    "2026-03-03 10:00:00",
    "2026-03-04 10:00:00",
    "2026-03-04 20:00:00",
];

/// The newest two are today's and the last; days are today, the 4th and the 3rd.
const KEPT_BY_RESTIC: [&str; 2] = ["2026-03-03T10:00:00", "2026-03-04T20:00:00"];

/// borg counts a backup for the first rule that keeps it, and no other: days are the 3rd, the 2nd and the 1st.
const KEPT_BY_BORG: [&str; 4] = [
    "2026-03-01T20:00:00",
    "2026-03-02T20:00:00",
    "2026-03-03T10:00:00",
    "2026-03-04T20:00:00",
];

#[test]
fn a_roll_up_of_restic_keeps_exactly_what_the_rule_says() -> anyhow::Result<()> {
    rolled_up(
        Tool::Restic,
        "--time",
        &["snapshots", "--json"],
        &KEPT_BY_RESTIC,
    )
}

#[test]
fn a_roll_up_of_borg_keeps_exactly_what_the_rule_says() -> anyhow::Result<()> {
    rolled_up(
        Tool::BorgRepokey,
        "--timestamp",
        &["list", "--json"],
        &KEPT_BY_BORG,
    )
}

fn rolled_up(tool: Tool, time: &str, list: &[&str], kept: &[&str]) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let ward = Ward::new(directory.path(), tool, KEY)?;
    for made in MADE {
        let made = if tool == Tool::Restic {
            made.to_owned()
        } else {
            made.replace(' ', "T")
        };
        ward.backup(&[time, &made])?;
    }
    let before = times(&ward.tell(list)?.stdout)?;
    ensure!(before.len() == MADE.len() + 1, "{before:?}");
    let job = ward.done(JobKind::RollUp)?;
    ensure!(end(&job) == DONE, "{job:?}");
    let after = times(&ward.tell(list)?.stdout)?;
    println!("{tool:?}: {} backups before, {after:?} after", before.len());
    let (of_today, others) = after.split_last().context("no backup is left")?;
    ensure!(Some(of_today) == before.last(), "{after:?}");
    ensure!(others == kept, "{after:?}");
    // What is kept is whole.
    for kind in [JobKind::Check, JobKind::Drill] {
        let job = ward.done(kind)?;
        ensure!(end(&job) == DONE, "{job:?}");
    }
    Ok(())
}

/// When the backups in a tool's list were made, oldest first, to the second.
fn times(list: &str) -> anyhow::Result<Vec<String>> {
    let list: Value = serde_json::from_str(list)?;
    let of_borg = list["archives"].as_array();
    let backups = list.as_array().or(of_borg).into_iter().flatten();
    let mut times: Vec<String> = backups
        .filter_map(|backup| backup["time"].as_str()?.get(..19).map(str::to_owned))
        .collect();
    times.sort_unstable();
    Ok(times)
}
