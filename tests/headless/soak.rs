//! Short runs of `cargo xtask soak`.

use std::time::Duration;

use keyfold_tests::soak::{Extent, fleet, run};

#[test]
fn three_servers_keep_what_they_acknowledge_while_they_are_killed() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let extent = Extent {
        lasts: Duration::from_secs(8),
        kill_every: Duration::from_secs(2),
        agents: 6,
    };
    let numbers = run(directory.path(), extent)?;
    println!("{numbers}");
    assert!(numbers.all_is_well(), "\n{numbers}");
    Ok(())
}

#[test]
fn a_fleet_of_machines_needs_no_hand_while_its_server_is_killed() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let extent = Extent {
        lasts: Duration::from_secs(8),
        kill_every: Duration::from_secs(3),
        agents: 12,
    };
    let pace = fleet::Pace {
        away: Duration::from_secs(1),
        backup_every: Duration::ZERO,
    };
    let numbers = fleet::run(directory.path(), extent, pace)?;
    println!("{numbers}");
    assert!(numbers.all_is_well(), "\n{numbers}");
    Ok(())
}
