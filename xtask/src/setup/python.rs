//! Tools from `PyPI`, in a virtual environment beside the build products.

use std::path::Path;
use std::process::Command;

use crate::program;
use crate::workspace::Workspace;

/// What is installed, at exact versions: a newer one may ask other questions.
const PACKAGES: &[&str] = &["schemathesis==4.32.5"];

/// Makes the environment, or brings it to these versions; quiet when it is so already.
///
/// # Errors
/// If Python or pip fails.
pub(super) fn install(workspace: &Workspace) -> anyhow::Result<()> {
    let environment = workspace.target().join("python");
    let pip = environment.join("bin/pip");
    if is_complete(&pip) {
        return Ok(());
    }
    println!("setup: {} from PyPI", PACKAGES.join(", "));
    let mut venv = Command::new("python3");
    program::succeed(venv.args(["-m", "venv"]).arg(&environment))?;
    let mut install = Command::new(&pip);
    program::succeed(install.args(["install", "--quiet"]).args(PACKAGES))
}

fn is_complete(pip: &Path) -> bool {
    let Ok(frozen) = Command::new(pip).arg("freeze").output() else {
        return false;
    };
    let frozen = String::from_utf8_lossy(&frozen.stdout).into_owned();
    PACKAGES
        .iter()
        .all(|package| frozen.lines().any(|line| line == *package))
}
