//! A short run of `cargo xtask soak`.

use std::time::Duration;

use keyfold_tests::soak::{Extent, run};

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
