//! `keyfold-server`: the AccountServer.

use clap::Parser as _;
use keyfold_server::cli::Cli;

fn main() -> anyhow::Result<()> {
    Cli::parse().run()
}
