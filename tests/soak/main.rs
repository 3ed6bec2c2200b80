//! `keyfold-soak`: three AccountServers on one Postgres under load and kills, with numbers at the end.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use keyfold_tests::soak::{Extent, run};

/// Three AccountServers on one Postgres, one of them killed again and again.
#[derive(Parser)]
struct Arguments {
    /// How long the Agents back up
    #[arg(long, default_value_t = 120)]
    seconds: u64,
    /// Seconds between two kills
    #[arg(long, default_value_t = 5)]
    kill_every: u64,
    /// How many Agents back up at a time
    #[arg(long, default_value_t = 32)]
    agents: usize,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let directory = tempfile::tempdir()?;
    let numbers = run(
        directory.path(),
        Extent {
            lasts: Duration::from_secs(arguments.seconds),
            kill_every: Duration::from_secs(arguments.kill_every),
            agents: arguments.agents,
        },
    )?;
    println!("{numbers}");
    Ok(if numbers.all_is_well() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
