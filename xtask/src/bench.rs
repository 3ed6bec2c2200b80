//! Measures the AccountServer, or what the Agent costs a machine: builds them as they are released, and runs the benchmark.

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
    /// The Agent: size, memory, and time added to a backup
    Agent,
}

/// Prints a table: figure, yardstick, ratio, promise.
///
/// # Errors
/// If something could not be measured or a promise is not kept.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    setup::install(workspace, Need::Tests)?;
    match arguments.subject {
        Subject::Server => server(workspace, arguments),
        Subject::Agent => agent(workspace),
    }
}

fn server(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    let mut cargo = program::cargo(workspace.root());
    cargo.args(["bench", "--package", "keyfold-server", "--bench", "server"]);
    cargo.args(["--locked", "--"]);
    if !arguments.only.is_empty() {
        cargo.args(["--only", &arguments.only.join(",")]);
    }
    if let Some(scale) = arguments.scale {
        cargo.args(["--scale", &scale.to_string()]);
    }
    program::succeed(&mut cargo)
}

/// The programs as they are released; what measures them need not be.
fn agent(workspace: &Workspace) -> anyhow::Result<()> {
    let mut programs = program::cargo(workspace.root());
    programs.args(["build", "--locked", "--release"]);
    let packages = ["keyfold-agent", "keyfold-authority", "keyfold-server"];
    programs.args(packages.iter().flat_map(|package| ["--package", package]));
    program::succeed(&mut programs)?;
    let mut bench = program::cargo(workspace.root());
    bench.args(["run", "--locked", "--quiet", "--package", "keyfold-tests"]);
    bench.args(["--bin", "keyfold-agent-bench"]);
    bench.env("KEYFOLD_BINARIES", workspace.target().join("release"));
    program::succeed(&mut bench)
}
