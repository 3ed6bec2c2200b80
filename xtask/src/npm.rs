//! npm packages, as their lock files say.

use std::fs;
use std::path::Path;

use crate::program;

/// Installs the locked packages of the folder `at`, unless that was done since its lock file last changed.
pub(crate) fn install(at: &Path) -> anyhow::Result<()> {
    if is_installed(at) {
        return Ok(());
    }
    let mut ci = program::npm(at);
    program::succeed(ci.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))
}

fn is_installed(at: &Path) -> bool {
    let changed = |path: &str| fs::metadata(at.join(path)).and_then(|it| it.modified());
    match (
        changed("node_modules/.package-lock.json"),
        changed("package-lock.json"),
    ) {
        (Ok(installed), Ok(locked)) => installed >= locked,
        _ => false,
    }
}
