//! Builds the programs and lets `keyfold-soak` kill AccountServers.

use std::process::Command;

use crate::program;
use crate::setup::{self, Need};
use crate::workspace::Workspace;

const PACKAGES: [&str; 4] = [
    "keyfold-agent",
    "keyfold-authority",
    "keyfold-server",
    "keyfold-tests",
];

/// What `cargo xtask soak` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How long Agents back up
    #[arg(long, default_value_t = 120)]
    seconds: u64,
    /// Seconds between two kills
    #[arg(long, default_value_t = 5)]
    kill_every: u64,
    /// How many Agents back up at a time
    #[arg(long, default_value_t = 32)]
    agents: usize,
    /// Real Agents of as many machines, and one AccountServer that is away for so many seconds after each kill
    #[arg(long, value_name = "SECONDS")]
    away: Option<u64>,
    /// With --away, seconds from one backup of a machine to its next one, at least
    #[arg(long, default_value_t = 60)]
    backup_every: u64,
}

/// Installs what is missing, builds, and prints the numbers.
///
/// # Errors
/// If something that was acknowledged is missing, does not open, or is there too often.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    setup::install(workspace, Need::Tests)?;
    let mut build = program::cargo(workspace.root());
    build
        .args(["build", "--locked", "--bins", "--quiet"])
        .args(PACKAGES.iter().flat_map(|package| ["--package", package]));
    program::succeed(&mut build)?;
    let mut soak = Command::new(workspace.program("keyfold-soak"));
    soak.env("KEYFOLD_BINARIES", workspace.programs());
    soak.args(["--seconds", &arguments.seconds.to_string()]);
    soak.args(["--kill-every", &arguments.kill_every.to_string()]);
    soak.args(["--agents", &arguments.agents.to_string()]);
    if let Some(away) = arguments.away {
        soak.args(["--away", &away.to_string()]);
        soak.args(["--backup-every", &arguments.backup_every.to_string()]);
    }
    program::succeed(&mut soak)
}
