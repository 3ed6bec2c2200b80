//! Offline processing.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use zeroize::Zeroizing;

use crate::cli::data_dir::for_this_user_alone;
use crate::jobs::{AllowedRepository, Pace, PoolSettings, SecretVariable, Toolbox};
use crate::limits::time;

/// Which repositories, and how much at a time.
#[derive(Debug, Args)]
#[command(next_help_heading = "Offline processing")]
pub(crate) struct JobSettings {
    /// Repositories under these prefixes are checked, rolled up and tried, where a rule says so: an absolute path,
    /// `sftp:user@host:`, `rest:https://host/`, `s3:https://host/bucket`, `ssh://user@host/`. None when absent.
    #[arg(long, value_name = "PREFIX", value_delimiter = ',')]
    repositories: Vec<AllowedRepository>,
    /// A file of lines NAME=VALUE: credentials for the servers of repositories, such as `AWS_ACCESS_KEY_ID`.
    #[arg(long, value_name = "FILE")]
    repository_credentials: Option<PathBuf>,
    /// Jobs at a time; 0 leaves them to the other servers of the platform.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    job_workers: u16,
    /// How long a job may take.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "12h")]
    job_time_limit: Duration,
}

impl JobSettings {
    /// What the pool works with; none where this server does no jobs. `data` is the data directory.
    pub(crate) fn pool(&self, data: &Path, server: &str) -> anyhow::Result<Option<PoolSettings>> {
        if self.job_workers == 0 {
            return Ok(None);
        }
        let directory = data.join("jobs");
        let temporary = directory.join("temporary");
        fs::create_dir_all(&temporary)
            .with_context(|| format!("cannot make {}", temporary.display()))?;
        for_this_user_alone(&directory, 0o700)?;
        let tools = Toolbox {
            program: std::env::current_exe().context("keyfold-server does not find itself")?,
            directory: fs::canonicalize(directory)?,
            environment: self.environment()?,
        };
        Ok(Some(PoolSettings {
            repositories: self.repositories.clone(),
            tools,
            workers: self.job_workers.into(),
            time_limit: self.job_time_limit,
            server: server.to_owned(),
            pace: Pace::default(),
        }))
    }

    fn environment(&self) -> anyhow::Result<Vec<SecretVariable>> {
        let Some(file) = &self.repository_credentials else {
            return Ok(Vec::new());
        };
        let text = fs::read_to_string(file).map(Zeroizing::new);
        let text = text.with_context(|| format!("cannot read {}", file.display()))?;
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines
            .map(str::parse)
            .collect::<Result<_, _>>()
            .with_context(|| format!("{} is refused", file.display()))
    }
}
