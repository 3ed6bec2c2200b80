//! Where the programs under test are.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::Context as _;

use super::process::succeed;

/// Names the directory of programs that are already built; without it tests build them first.
pub const DIRECTORY: &str = "KEYFOLD_BINARIES";

/// The packages whose programs a platform needs.
const PACKAGES: [&str; 3] = ["keyfold-agent", "keyfold-authority", "keyfold-server"];

/// The path of a program of this workspace, built from the present sources.
pub fn binary(name: &str) -> anyhow::Result<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let directory = BUILT.get_or_init(|| built().map_err(|error| format!("{error:#}")));
    let directory = directory
        .as_ref()
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(directory.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
}

fn built() -> anyhow::Result<PathBuf> {
    if let Some(directory) = env::var_os(DIRECTORY) {
        return Ok(directory.into());
    }
    let program = env::current_exe()?;
    let directory = program.parent().context("this program lies nowhere")?;
    // A test is target/debug/deps/story-0123456789abcdef; keyfold-demo lies beside the others, built with them.
    let Some(target) = directory.parent().filter(|_| directory.ends_with("deps")) else {
        return Ok(directory.to_owned());
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.current_dir(env!("CARGO_MANIFEST_DIR")).arg("build");
    for package in PACKAGES {
        build.args(["--package", package]);
    }
    succeed(&mut build)?;
    Ok(target.to_owned())
}
