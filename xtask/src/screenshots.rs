//! The README's pictures, taken from the real window by a journey in tests/.

use crate::program;
use crate::setup::{self, Need};
use crate::ui;
use crate::workspace::Workspace;

/// Writes docs/screenshots/*.png.
pub(crate) fn take(workspace: &Workspace) -> anyhow::Result<()> {
    setup::install(Need::Tests)?;
    ui::build(workspace)?;
    program::succeed(program::cargo(workspace.root()).args(["build", "--workspace"]))?;
    let mut cargo = program::cargo(workspace.root());
    cargo.args(["test", "--workspace", "--test", "screenshots"]);
    cargo.env("KEYFOLD_BINARIES", workspace.programs());
    program::succeed(cargo.args(["--", "--ignored", "--nocapture"]))
}
