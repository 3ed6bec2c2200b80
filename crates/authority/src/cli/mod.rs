//! The commands and their arguments.

mod directory;
mod platform;
mod secrets;
mod sign;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

/// Signs requests for Group Certificates.
///
/// Whoever signs first makes sure that the admin is authorised, and that the fingerprint the admin reads out is the
/// fingerprint shown here.
#[derive(Parser)]
#[command(name = "keyfold-authority", version, propagate_version = true)]
pub(crate) struct Arguments {
    /// The Authority's directory [default: Keyfold/Authority in the user's data directory]
    #[arg(long, global = true, value_name = "DIR")]
    dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a new Authority: a root key sealed by a passphrase, its certificate, an empty revocation list
    Init(directory::Init),
    /// Show a request and check it; signs nothing
    Inspect(sign::Inspect),
    /// Check a request with its requester, then sign it
    Sign(sign::Sign),
    /// Issue the AccountServer's TLS and capture-signing certificates
    IssuePlatform(directory::IssuePlatform),
    /// Revoke a certificate and make a new revocation list
    Revoke(directory::Revoke),
    /// Make a new revocation list
    Crl(directory::Crl),
    /// Say whether a certificate meets the Group Certificate profile; exit code 0 only if it does
    Verify(verify::Verify),
    /// List the requests that wait on the AccountServer
    Requests(platform::Requests),
    /// Reject a request that waits on the AccountServer
    Reject(platform::Reject),
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let directory = || match &self.dir {
            Some(directory) => Ok(directory.clone()),
            None => default_directory(),
        };
        match self.command {
            Command::Init(command) => command.run(&directory()?)?,
            Command::Inspect(command) => command.run()?,
            Command::Sign(command) => command.run(&directory()?)?,
            Command::IssuePlatform(command) => command.run(&directory()?)?,
            Command::Revoke(command) => command.run(&directory()?)?,
            Command::Crl(command) => command.run(&directory()?)?,
            Command::Verify(command) => return command.run(),
            Command::Requests(command) => command.run(&directory()?)?,
            Command::Reject(command) => command.run(&directory()?)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn default_directory() -> anyhow::Result<PathBuf> {
    let base = directories::BaseDirs::new().context("no home directory was found; say --dir")?;
    Ok(base.data_dir().join("Keyfold").join("Authority"))
}
