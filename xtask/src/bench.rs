//! Measures the AccountServer: builds its benchmark as it is released, and runs it.

use crate::program;
use crate::setup::{self, Need};
use crate::workspace::Workspace;

/// What `cargo xtask bench` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What is measured
    subject: Subject,
    /// Only these measurements: a capture, b agents, c memory, d pages, e start-up
    #[arg(long, value_name = "LETTERS", value_delimiter = ',')]
    only: Vec<String>,
    /// A part of the full extent, for a quick look: 0.01 is a hundredth
    #[arg(long, value_name = "PART")]
    scale: Option<f64>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Subject {
    /// The AccountServer
    Server,
}

/// Prints a table: figure, yardstick, ratio, promise.
///
/// # Errors
/// If something could not be measured or a promise is not kept.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    setup::install(workspace, Need::Tests)?;
    let mut cargo = program::cargo(workspace.root());
    match arguments.subject {
        Subject::Server => {
            cargo.args(["bench", "--package", "keyfold-server", "--bench", "server"])
        }
    };
    cargo.args(["--locked", "--"]);
    if !arguments.only.is_empty() {
        cargo.args(["--only", &arguments.only.join(",")]);
    }
    if let Some(scale) = arguments.scale {
        cargo.args(["--scale", &scale.to_string()]);
    }
    program::succeed(&mut cargo)
}
