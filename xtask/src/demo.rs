//! The whole story with real parts.

use anyhow::bail;

use crate::workspace::Workspace;

/// What `cargo xtask demo` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Without a window: one line a step, and the restored files compared at the end
    #[arg(long)]
    headless: bool,
}

/// Tells the story.
pub(crate) fn run(_workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    bail!(
        "the demo (headless: {}) is being written",
        arguments.headless
    );
}
