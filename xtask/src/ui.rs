//! The Console's web half: npm's part of the chores.

use std::fs;

use crate::program;
use crate::workspace::Workspace;

/// Installs the locked npm packages, unless that was done since the lock file last changed.
pub(crate) fn install(workspace: &Workspace) -> anyhow::Result<()> {
    if !is_installed(workspace) {
        let mut ci = program::npm(&workspace.path("ui"));
        program::succeed(ci.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    }
    Ok(())
}

/// Builds `ui/dist`, which the Console's binary embeds.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<()> {
    install(workspace)?;
    program::succeed(program::npm(&workspace.path("ui")).args(["run", "--silent", "build"]))
}

fn is_installed(workspace: &Workspace) -> bool {
    let changed = |path: &str| fs::metadata(workspace.path(path)).and_then(|it| it.modified());
    match (
        changed("ui/node_modules/.package-lock.json"),
        changed("ui/package-lock.json"),
    ) {
        (Ok(installed), Ok(locked)) => installed >= locked,
        _ => false,
    }
}
