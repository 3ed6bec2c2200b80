//! `keyfold-soak`: AccountServers under load and kills, with numbers at the end.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use keyfold_tests::soak::{Extent, fleet, run};

/// Three AccountServers on one Postgres, one of them killed again and again; or one, under the Agents of many machines.
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
    /// Real Agents of as many machines, and one AccountServer that is away for so many seconds after each kill
    #[arg(long, value_name = "SECONDS")]
    away: Option<u64>,
    /// With --away, seconds from one backup of a machine to its next one, at least
    #[arg(long, default_value_t = 60)]
    backup_every: u64,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let directory = tempfile::tempdir()?;
    let extent = Extent {
        lasts: Duration::from_secs(arguments.seconds),
        kill_every: Duration::from_secs(arguments.kill_every),
        agents: arguments.agents,
    };
    let is_well = if let Some(away) = arguments.away {
        let pace = fleet::Pace {
            away: Duration::from_secs(away),
            backup_every: Duration::from_secs(arguments.backup_every),
        };
        let numbers = fleet::run(directory.path(), extent, pace)?;
        println!("{numbers}");
        numbers.all_is_well()
    } else {
        let numbers = run(directory.path(), extent)?;
        println!("{numbers}");
        numbers.all_is_well()
    };
    Ok(if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
