//! `keyfold-agent`: runs backups with an account's encryption key, and presents that key to the AccountServer.

mod backup;
mod cli;
mod enrol;
mod enrolment;
mod key;
mod key_file;
mod owner_only;
mod renewal;
mod report;
mod state;
mod status;
mod tool;
mod unreported;

use std::process::exit;

use clap::Parser as _;

use cli::{Cli, Command, KeyCommand};
use state::StateDirectory;

/// The Agent could not do its part, as `env` and `nohup` have it.
const AGENT_FAILED: i32 = 125;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let cli = Cli::parse();
    let runs_tool = matches!(cli.command, Command::Backup(_) | Command::Run(_));
    let code = run(cli).await.unwrap_or_else(|error| {
        eprintln!("keyfold-agent: {error:#}");
        if runs_tool { AGENT_FAILED } else { 1 }
    });
    exit(code);
}

async fn run(cli: Cli) -> anyhow::Result<i32> {
    let state = StateDirectory::at(cli.config_dir)?;
    match cli.command {
        Command::Enrol(args) => enrol::enrol(&state, &args).await?,
        Command::Key(KeyCommand::Set {
            file,
            also,
            replace,
        }) => {
            key::set(&state, file.as_deref(), &also, replace)?;
        }
        Command::Key(KeyCommand::Generate { replace }) => key::generate(&state, replace)?,
        Command::Backup(args) => return backup::backup(&state, &args.tool).await,
        Command::Run(args) => return Ok(tool::run(&args.tool, &state).await?.exit_code()),
        Command::PrintSecret(args) => key::print(&state, &args.secret)?,
        Command::Status => return status::status(&state).await,
    }
    Ok(0)
}
