//! How much the AccountServer takes on at a time, and for how long it waits.

use std::time::Duration;

use clap::Args;

/// Bounds on connections, questions and waiting.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct Limits {
    /// How long the headers of a question may take, and how long an HTTP/1.1 connection waits for the next question.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "10s")]
    pub(crate) header_timeout: Duration,
    /// How long questions under way may take after the signal to end.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "30s")]
    pub(crate) shutdown_grace: Duration,
}

/// A length of time as people write it: `30s`, `5m`, `12h`, `7d`.
pub(crate) fn time(text: &str) -> Result<Duration, humantime::DurationError> {
    humantime::parse_duration(text)
}
