//! `keyfold-demo`: what `cargo xtask demo` runs once everything is built.

mod headless;
mod organisation;
mod populate;
mod window;

use std::path::PathBuf;

use clap::Parser;

/// Shows Keyfold with real parts.
#[derive(Parser)]
#[command(name = "keyfold-demo")]
enum Cli {
    /// Tell the whole story, one line a step
    Headless,
    /// Open the Console on a sample organisation
    Window {
        /// Keeps the demo's files; a second run finds them again
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// The sample organisation
        #[arg(long, value_name = "JSON")]
        organisation: PathBuf,
        /// The Console's program; without it only the platform runs, until Ctrl-C or the end of standard input
        #[arg(long, value_name = "PROGRAM")]
        console: Option<PathBuf>,
    },
}

fn main() -> anyhow::Result<()> {
    match Cli::parse() {
        Cli::Headless => headless::run(),
        Cli::Window {
            dir,
            organisation,
            console,
        } => window::run(&dir, &organisation, console.as_deref()),
    }
}
