//! The README's pictures, taken from the real window.

use std::process::Command;

use crate::program;
use crate::setup::{self, Need};
use crate::ui;
use crate::workspace::Workspace;

/// Writes docs/screenshots/*.png.
pub(crate) fn take(workspace: &Workspace) -> anyhow::Result<()> {
    setup::install(workspace, Need::Tests)?;
    ui::build(workspace)?;
    program::succeed(program::cargo(workspace.root()).args(["build", "--workspace"]))?;
    let mut camera = Command::new(workspace.program("keyfold-screenshots"));
    camera.arg(workspace.path("docs/screenshots"));
    program::succeed(camera.env("KEYFOLD_BINARIES", workspace.programs()))
}
