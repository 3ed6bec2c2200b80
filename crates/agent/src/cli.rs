//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use keyfold_core::encryption_key::PASSWORD;
use keyfold_core::id::ScopeGuid;

use crate::install::TimeOfDay;
use crate::key_file::Slot;
use crate::say::LogFormat;

/// Runs backups of one account and presents its encryption key, so that a lost key can be recovered.
#[derive(Parser)]
#[command(name = "keyfold-agent", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// Where the Agent keeps its enrolment and its key [default: the per-user configuration directory]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) config_dir: Option<PathBuf>,
    /// How the Agent tells what it does, on standard error
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Join this machine to its account, with an enrolment string from the Console
    Enrol(EnrolArgs),
    /// Set the encryption key that this machine's backups use
    #[command(subcommand)]
    Key(KeyCommand),
    /// Present the key, run a backup tool with it, report the end; exits with the tool's exit code
    #[command(after_help = BACKUP_HELP)]
    Backup(BackupArgs),
    /// Run any other command of the backup tool with the key: init, snapshots, restore
    Run(ToolArgs),
    /// Print the key, for `RESTIC_PASSWORD_COMMAND` and `BORG_PASSCOMMAND`
    #[command(name = "password-command")]
    PrintSecret(PasswordArgs),
    /// Say whether the AccountServer can be reached and has captured the present key
    Status(StatusArgs),
    /// Keep the key from the AccountServer: encrypt it on this machine, to the certificates of named scopes only
    EndToEnd(EndToEndArgs),
    /// Have the operating system make a backup every day
    Install(InstallArgs),
}

const BACKUP_HELP: &str = "\
Exit codes: the tool's own; 128+n when signal n ended it; 126 or 127 when it could not be started; \
125 when the Agent itself could not do its part.

Example: keyfold-agent backup -- restic -r /srv/backup backup /home";

#[derive(Args)]
pub(crate) struct EnrolArgs {
    /// Read the enrolment string from this file [default: standard input]
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Replace the present enrolment
    #[arg(long)]
    pub(crate) replace: bool,
}

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// Use an existing key, typed twice or read from standard input or a file
    Set {
        /// Read the password from this file [default: standard input]
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Keep a further secret with the password, such as borg's key file
        #[arg(long = "with", value_name = "NAME=FILE")]
        also: Vec<String>,
        /// Replace the present key; earlier backups still need it
        #[arg(long)]
        replace: bool,
    },
    /// Make a new random key of 256 bits
    Generate {
        /// Make a salt with it, which rclone calls password2
        #[arg(long)]
        salt: bool,
        /// Replace the present key; earlier backups still need it
        #[arg(long)]
        replace: bool,
    },
    /// Keep the key of an existing repository, once it is proved to open it
    Adopt(AdoptArgs),
    /// Have the repository open with a new key; goes on where an earlier attempt broke off
    Rotate {
        /// Say what would be done, and do nothing
        #[arg(long)]
        dry_run: bool,
    },
}

/// A backup tool that the Agent knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ToolName {
    /// restic
    Restic,
    /// borg, in any of its modes
    Borg,
    /// A crypt remote of rclone
    Rclone,
    /// Any other, by a program that proves the key
    Plain,
}

#[derive(Args)]
pub(crate) struct AdoptArgs {
    /// Which tool reads the repository
    #[arg(long, value_enum)]
    pub(crate) tool: ToolName,
    /// The repository, as the tool calls it; for rclone, the name of the crypt remote
    #[arg(long, value_name = "REPOSITORY")]
    pub(crate) repository: Option<String>,
    /// The tool's program [default: the tool's name, on the PATH]
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) program: Option<PathBuf>,
    /// A program that ends with 0 when the key opens the repository, and with 12 when it is a wrong one
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) check: Option<PathBuf>,
    /// A program that changes the key of the repository
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) change: Option<PathBuf>,
    /// Read the password from this file [default: the present key, or standard input]
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Keep a further secret with the password, such as rclone's salt
    #[arg(long = "with", value_name = "NAME=FILE")]
    pub(crate) also: Vec<String>,
    /// Replace the present key; what was backed up with it still needs it
    #[arg(long)]
    pub(crate) replace: bool,
}

#[derive(Args)]
pub(crate) struct BackupArgs {
    /// A machine that is not enrolled yet enrols with the string in this file first, and makes a key
    #[arg(long, value_name = "FILE")]
    pub(crate) enrolment: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) tool: ToolArgs,
}

#[derive(Args)]
pub(crate) struct StatusArgs {
    /// End with 2 when the present key is not captured, with 3 when it was disclosed
    #[arg(long)]
    pub(crate) check: bool,
    /// Answer with one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct EndToEndArgs {
    /// The GUID of a Group or Collection whose certificate may have the key, as its admin tells you; switches it on
    #[arg(long, value_name = "GUID")]
    pub(crate) to: Vec<ScopeGuid>,
    /// No longer this one's
    #[arg(long, value_name = "GUID")]
    pub(crate) not_to: Vec<ScopeGuid>,
    /// Let the AccountServer have the key again
    #[arg(long, conflicts_with_all = ["to", "not_to"])]
    pub(crate) off: bool,
}

/// What starts jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SystemName {
    /// systemd: a service and a timer
    Systemd,
    /// launchd of macOS
    Launchd,
    /// The Task Scheduler of Windows
    Task,
}

impl SystemName {
    /// This operating system's.
    pub(crate) const HERE: Self = if cfg!(windows) {
        Self::Task
    } else if cfg!(target_os = "macos") {
        Self::Launchd
    } else {
        Self::Systemd
    };
}

#[derive(Args)]
pub(crate) struct InstallArgs {
    /// What starts the job [default: this system's own]
    #[arg(long, value_enum)]
    pub(crate) system: Option<SystemName>,
    /// When, in the machine's own time
    #[arg(long, value_name = "HH:MM", default_value = "02:30")]
    pub(crate) at: TimeOfDay,
    /// As which user; on Linux, one that may read all files and do nothing else [default: the system's own]
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// The first run enrols with the string in this file, and makes a key
    #[arg(long, value_name = "FILE")]
    pub(crate) enrolment: Option<PathBuf>,
    /// Write the job's files there, for an image, and start nothing
    #[arg(long, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) tool: ToolArgs,
}

#[derive(Args)]
pub(crate) struct ToolArgs {
    /// The backup tool and its arguments
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "TOOL"
    )]
    pub(crate) tool: Vec<OsString>,
}

#[derive(Args)]
pub(crate) struct PasswordArgs {
    /// Which secret of the key
    #[arg(long, value_name = "NAME", default_value = PASSWORD)]
    pub(crate) secret: String,
    /// Which key, while it is being changed
    #[arg(long, value_enum, default_value_t = Slot::Present, hide = true)]
    pub(crate) slot: Slot,
    /// The present key the first time, the next one the second time
    #[arg(long, hide = true)]
    pub(crate) in_turn: bool,
}
