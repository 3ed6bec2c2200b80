//! `keyfold-agent`: runs backups with an account's encryption key, and presents that key to the AccountServer.

mod adopt;
mod backup;
mod cli;
mod end_to_end;
mod enrol;
mod enrolment;
mod generated;
mod install;
mod key;
mod key_file;
mod last_run;
mod owner_only;
mod profile;
mod renewal;
mod report;
mod rotation;
mod say;
mod state;
mod status;
mod tool;
mod turns;
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
    say::log_as(cli.log_format);
    let runs_tool = matches!(cli.command, Command::Backup(_) | Command::Run(_));
    let code = run(cli).await.unwrap_or_else(|error| {
        say::fail(&format!("{error:#}"));
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
        Command::Key(KeyCommand::Generate { salt, replace }) => {
            key::generate(&state, salt, replace)?;
        }
        Command::Key(KeyCommand::Adopt(args)) => adopt::adopt(&state, &args).await?,
        Command::Key(KeyCommand::Rotate { dry_run: true }) => rotation::print_steps(&state)?,
        Command::Key(KeyCommand::Rotate { dry_run: false }) => rotation::rotate(&state).await?,
        Command::Backup(args) => {
            return backup::backup(&state, args.enrolment.as_deref(), &args.tool.tool).await;
        }
        Command::Run(args) => return Ok(tool::run(&args.tool, &state).await?.ended.exit_code()),
        Command::EndToEnd(args) => end_to_end::command(&state, &args).await?,
        Command::Install(args) => install::install(&state, &args)?,
        Command::PrintSecret(args) => {
            let slot = if args.in_turn {
                turns::take(&state)?
            } else {
                args.slot
            };
            key::print(&state, slot, &args.secret)?;
        }
        Command::Status(args) => return status::status(&state, &args).await,
    }
    Ok(0)
}
