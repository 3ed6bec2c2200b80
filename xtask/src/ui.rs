//! The Console's web half: npm's part of the chores.

use crate::workspace::Workspace;
use crate::{npm, program};

/// Builds `ui/dist`, which the Console's binary embeds.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<()> {
    let ui = workspace.path("ui");
    npm::install(&ui)?;
    program::succeed(program::npm(&ui).args(["run", "--silent", "build"]))
}
