//! The chores of the house: `cargo xtask demo`, `cargo xtask test` and the rest.

mod bench;
mod bindings;
mod cross;
mod demo;
mod fuzz;
mod icons;
mod licences;
mod npm;
mod program;
mod screenshots;
mod setup;
mod soak;
mod test;
mod ui;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

#[derive(Parser)]
#[command(bin_name = "cargo xtask", about = "The chores of the house")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Show the whole story with real parts, in the Console's window or without one
    Demo(demo::Arguments),
    /// Format, lints, all tests, the journeys in the real window; counts them at the end
    Test,
    /// Install what the other chores need and this machine lacks
    Setup(setup::Arguments),
    /// Run the fuzz targets, each for some seconds
    Fuzz(fuzz::Arguments),
    /// Measure against yardsticks of the same run, in the release profile
    Bench(bench::Arguments),
    /// Kill AccountServers that share one Postgres, and count what they kept
    Soak(soak::Arguments),
    /// Lint for Windows and macOS, test core and keystore for Windows under Wine
    Cross(cross::Arguments),
    /// Write the TypeScript types of the Console's commands again
    Bindings,
    /// Draw the icons of all sizes from assets/icons/keyfold.svg again
    Icons,
    /// Photograph the real window for the README, light and dark
    Screenshots,
}

fn main() -> ExitCode {
    match run(Cli::parse().chore) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("cargo xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::locate()?;
    match chore {
        Chore::Test => return Ok(test::run(&workspace)),
        Chore::Demo(arguments) => demo::run(&workspace, &arguments)?,
        Chore::Setup(arguments) => setup::install(&workspace, arguments.need)?,
        Chore::Fuzz(arguments) => fuzz::run(&workspace, &arguments)?,
        Chore::Bench(arguments) => bench::run(&workspace, &arguments)?,
        Chore::Soak(arguments) => soak::run(&workspace, &arguments)?,
        Chore::Cross(arguments) => cross::run(&workspace, &arguments)?,
        Chore::Bindings => bindings::write(&workspace)?,
        Chore::Icons => icons::draw(&workspace)?,
        Chore::Screenshots => screenshots::take(&workspace)?,
    }
    Ok(ExitCode::SUCCESS)
}
