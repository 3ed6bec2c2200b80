//! The whole story with real parts: builds them and hands over to `keyfold-demo`.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use crate::program::{self, cargo};
use crate::setup::{self, Need};
use crate::ui;
use crate::workspace::Workspace;

/// What the demo runs beside the Console.
const PACKAGES: [&str; 4] = [
    "keyfold-agent",
    "keyfold-authority",
    "keyfold-server",
    "keyfold-tests",
];

/// What `cargo xtask demo` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Without a window: one line a step, and the restored files compared at the end
    #[arg(long)]
    headless: bool,
    /// Where the demo with a window keeps its files; a second run finds them again [default: demo/ in the checkout]
    #[arg(long, value_name = "DIR", conflicts_with = "headless")]
    dir: Option<PathBuf>,
}

/// Installs what is missing, builds, and tells the story.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<()> {
    setup::install(
        workspace,
        if arguments.headless {
            Need::Story
        } else {
            Need::Window
        },
    )?;
    let began = Instant::now();
    println!("Building; the first time takes some minutes.");
    let mut build = cargo(workspace.root());
    build
        .arg("build")
        .args(PACKAGES.iter().flat_map(|package| ["--package", package]));
    build.args(["--bins", "--quiet"]);
    if !arguments.headless {
        ui::build(workspace)?;
        build.args(["--package", "keyfold-console"]);
    }
    program::succeed(&mut build)?;
    println!("Built in {:.0} s.", began.elapsed().as_secs_f32());

    let mut demo = Command::new(workspace.program("keyfold-demo"));
    demo.env("KEYFOLD_BINARIES", workspace.programs());
    if arguments.headless {
        demo.arg("headless");
    } else {
        let default = || workspace.path("demo");
        demo.arg("window")
            .arg("--dir")
            .arg(arguments.dir.clone().unwrap_or_else(default));
        demo.arg("--organisation")
            .arg(workspace.path("assets/demo/northwind.json"));
        demo.arg("--console")
            .arg(workspace.program("keyfold-console"));
    }
    program::succeed(&mut demo)?;
    println!("Done in {:.0} s.", began.elapsed().as_secs_f32());
    Ok(())
}
