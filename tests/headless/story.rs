//! The whole story with real restic, as `cargo xtask demo --headless` tells it.

use keyfold_tests::support::story::{Effort, tell};

#[test]
fn a_lost_machine_is_restored_with_the_recovered_key() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let mut steps = 0;
    tell(directory.path(), Effort::LEAST, &mut |_| steps += 1)?;
    assert_eq!(steps, 13);
    Ok(())
}
