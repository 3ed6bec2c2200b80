//! Back up, capture, lose the machine, recover, restore: with every tool.

use std::fs;

use anyhow::{Result, ensure};
use keyfold_tests::support::files;

use super::kind::Kind;
use super::machine::Scene;

#[test]
fn a_lost_machine_is_restored_whatever_the_tool() -> Result<()> {
    let scene = Scene::new()?;
    let mut restored = 0;
    for kind in Kind::ALL {
        let machine = scene.machine(&format!("{kind:?}"), kind)?;
        machine.set_up()?;
        let before = files::content(&machine.files)?;
        fs::remove_dir_all(&machine.home)?;
        fs::remove_dir_all(machine.agent.config())?;

        let key = machine.newest_captured()?;
        let to = tempfile::tempdir()?;
        let (ran, after) = kind.restore(&machine.place, &key, &machine.files, to.path())?;
        ensure!(ran.code == Some(0), "{kind:?}: {}", ran.said());
        ensure!(
            files::content(&after)? == before,
            "{kind:?} restored other files"
        );
        restored += before.len();
    }
    println!(
        "{} tools, {restored} files restored, every byte as it was",
        Kind::ALL.len()
    );
    Ok(())
}
