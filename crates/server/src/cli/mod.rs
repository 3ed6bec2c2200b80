//! The command line of `keyfold-server`.

mod audit;
mod backup;
mod data_dir;
mod database;
mod init;
mod recoveries;
mod sealing_key;
mod secret_input;
mod serve;
mod settings;
mod setup_link;
mod signals;
mod supervisor;
mod user;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use tracing_subscriber::EnvFilter;

use self::settings::{Layers, Settings};

/// These log what passes through them at their lowest levels: bodies and tokens do, so they never get there.
const QUIET: [&str; 5] = [
    "h2=info",
    "hyper=info",
    "hyper_util=info",
    "rustls=info",
    "tungstenite=info",
];

/// Keeps the spare key to every backup: the AccountServer.
#[derive(Debug, Parser)]
#[command(name = "keyfold-server", version, about)]
pub struct Cli {
    /// The settings file; `keyfold-server.toml` in the data directory when absent.
    #[arg(long, global = true, value_name = "FILE", env = "KEYFOLD_CONFIG")]
    config: Option<PathBuf>,
    /// What to log: `info`, `debug`, `keyfold_server=trace`, …
    #[arg(long, global = true, value_name = "FILTER", default_value = "info")]
    log: String,
    /// How to write the log to standard error, `text` for people or `json` for machines.
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        value_enum,
        default_value = "text",
        hide_possible_values = true
    )]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LogFormat {
    /// A line for people.
    Text,
    /// A line of JSON.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the database and the root Collection, with a first admin if one is named.
    Init(init::Init),
    /// Add a user, or set a user's password.
    #[command(subcommand)]
    User(user::User),
    /// Verify or export the audit log.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Print who fetched which captured key and why, oldest first, as lines of JSON.
    Recoveries(recoveries::Recoveries),
    /// Copy the database to a file, also while the AccountServer runs.
    Backup(backup::Backup),
    /// Put a copy that `backup` made in the database's place. The AccountServer must not run.
    Restore(backup::Restore),
    /// Serve Consoles and Agents.
    Serve(Box<Settings>),
    /// Print the settings in force, and where each comes from.
    Config(settings::Config),
    /// Become a backup tool; the AccountServer starts itself like this.
    #[cfg(unix)]
    #[command(hide = true)]
    HandOver(crate::jobs::handover::HandOver),
}

/// Does what the command line says.
///
/// # Errors
/// With words for the person at the terminal.
pub fn run() -> anyhow::Result<()> {
    let (cli, layers) = Layers::of_this_process()?;
    #[cfg(unix)]
    if let Command::HandOver(hand_over) = cli.command {
        return hand_over.run();
    }
    log(&cli.log, cli.log_format)?;
    layers.warn_of_strangers();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Init(init) => init.run().await,
            Command::User(user) => user.run().await,
            Command::Audit(audit) => audit.run().await,
            Command::Recoveries(recoveries) => recoveries.run().await,
            Command::Backup(backup) => backup.run().await,
            Command::Restore(restore) => restore.run().await,
            Command::Serve(settings) => serve::run(&settings).await,
            Command::Config(config) => {
                config.run(&layers);
                Ok(())
            }
            #[cfg(unix)]
            Command::HandOver(hand_over) => hand_over.run(),
        }
    })
}

fn log(filter: &str, format: LogFormat) -> anyhow::Result<()> {
    let mut filter = EnvFilter::try_new(filter)?;
    for quiet in QUIET {
        filter = filter.add_directive(quiet.parse()?);
    }
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(false).init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
